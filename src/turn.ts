// Entry point of what stands before the engine: it is loaded where there is no daemon, and by no quick command else.
export { takeTurn } from "./daemon/turn.ts";
