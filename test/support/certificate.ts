// A certificate that signs itself, by openssl: its own authority at the same time.
import { scratchFolder } from "./scratch-folder.ts";

export async function certificate(name: string): Promise<{ key: string; cert: string }> {
  using folder = scratchFolder();
  const [key, cert] = [`${folder.path}/key.pem`, `${folder.path}/cert.pem`];
  const argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const kind = /^[\d.]+$/.test(name) ? "IP" : "DNS";
  const names = ["-days", "2", "-subj", `/CN=${name}`, "-addext", `subjectAltName=${kind}:${name}`];
  const { success, stderr } = Bun.spawnSync([...argv, ...names, "-keyout", key, "-out", cert]);
  if (!success) throw new Error(stderr.toString());
  return { key: await Bun.file(key).text(), cert: await Bun.file(cert).text() };
}
