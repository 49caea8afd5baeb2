import { createHash, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import ssh2 from "ssh2";

/** An SFTP server on loopback that holds one folder of files. */
export interface SftpServer {
  port: number;
  /** The fingerprint of its host key, as `ssh-keygen -lf` prints it. */
  host_key: string;
  /** Files of `/out` by name; the time of change in seconds. */
  files: Record<string, { content: Buffer; changed_at_s: number }>;
  /** How often somebody signed in, and was refused. */
  sessions: { accepted: number; refused: number };
  /** Reads that break the connection before they go well. */
  breaks: number;
  close(): Promise<void>;
}

const { STATUS_CODE } = ssh2.utils.sftp;
const FOLDER = "/out";

export async function openSftpServer(user: string, password: string): Promise<SftpServer> {
  const pem = { format: "pem", type: "pkcs1" } as const;
  const key = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: pem, publicKeyEncoding: pem });
  const connections = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: [key.privateKey] }, (client) => {
    connections.add(client);
    client.on("error", () => {}).on("close", () => connections.delete(client));
    client.on("authentication", (attempt) => {
      if (attempt.method === "password" && attempt.username === user && attempt.password === password) {
        held.sessions.accepted += 1;
        attempt.accept();
      } else {
        if (attempt.method === "password") held.sessions.refused += 1;
        attempt.reject(["password"]);
      }
    });
    client.on("session", (accept) => {
      accept().on("sftp", (acceptSftp) => serve(acceptSftp(), held, client));
    });
  });
  const own = ssh2.utils.parseKey(key.privateKey);
  const blob = own instanceof Error ? Buffer.alloc(0) : own.getPublicSSH();
  const held: SftpServer = {
    port: 0,
    host_key: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`,
    files: {},
    sessions: { accepted: 0, refused: 0 },
    breaks: 0,
    close: async () => {
      for (const client of connections) client.end();
      await new Promise<void>((done) => void server.close(() => done()));
    },
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  held.port = (server.address() as AddressInfo).port;
  return held;
}

function serve(sftp: ssh2.SFTPWrapper, held: SftpServer, client: ssh2.Connection): void {
  const handles: { name: string; is_listed: boolean }[] = [];
  const handleOf = (name: string): Buffer => Buffer.from([handles.push({ name, is_listed: false }) - 1]);
  const found = (handle: Buffer): { name: string; is_listed: boolean } =>
    handles[handle[0] ?? 0] ?? { name: "", is_listed: true };
  const attributes = (name: string): ssh2.Attributes => {
    const file = held.files[name];
    const time = file?.changed_at_s ?? 0;
    const mode = file === undefined ? 0o040755 : 0o100644;
    return { mode, uid: 0, gid: 0, size: file?.content.length ?? 0, atime: time, mtime: time };
  };
  const stat = (id: number, path: string): void => {
    const name = path.slice(FOLDER.length + 1);
    if (path === FOLDER || held.files[name] !== undefined) sftp.attrs(id, attributes(name));
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  };
  sftp.on("REALPATH", (id, path) => sftp.name(id, [{ filename: path, longname: path, attrs: attributes("") }]));
  sftp.on("STAT", stat).on("LSTAT", stat);
  sftp.on("FSTAT", (id, handle) => sftp.attrs(id, attributes(found(handle).name)));
  sftp.on("OPENDIR", (id, path) => {
    if (path === FOLDER) sftp.handle(id, handleOf(""));
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  });
  sftp.on("READDIR", (id, handle) => {
    const folder = found(handle);
    if (folder.is_listed) return sftp.status(id, STATUS_CODE.EOF);
    folder.is_listed = true;
    const names = Object.keys(held.files);
    return sftp.name(
      id,
      names.map((filename) => ({
        filename,
        longname: `-rw-r--r-- 1 0 0 0 Jan 1 00:00 ${filename}`,
        attrs: attributes(filename),
      })),
    );
  });
  sftp.on("OPEN", (id, path) => sftp.handle(id, handleOf(path.slice(FOLDER.length + 1))));
  sftp.on("READ", (id, handle, offset, length) => {
    if (held.breaks > 0) {
      held.breaks -= 1;
      client.end();
      return;
    }
    const content = held.files[found(handle).name]?.content ?? Buffer.alloc(0);
    if (offset >= content.length) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, content.subarray(offset, offset + length));
  });
  sftp.on("CLOSE", (id) => sftp.status(id, STATUS_CODE.OK));
}
