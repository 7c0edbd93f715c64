/** Names of files, words of AWS and of other programs must neither begin a line of their own nor write on a terminal as they like. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}
