import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail server on loopback that does what a test wants of it. */
export interface MailServer {
  port: number;
  /** Its address without parameters. */
  url: string;
  /** The certificate it shows, a file. */
  ca: string;
  /** What it accepted. */
  mails: { to: string; from: string; bytes: Buffer }[];
  /** Logins it was shown, `user:password`. */
  logins: string[];
  connection_count: number;
  /** What it says to a recipient, by address, for each try in turn; `ok` for the rest. */
  answers: Record<string, (number | "ok")[]>;
  /** Called for each message once all of it came, before it is accepted. */
  when_received: (to: string) => Promise<void> | void;
  /** Drops the connection at this moment of the next messages, so many times. */
  drops: { at: "rcpt" | "data" | "end"; times: number };
  /** A message it accepted, taken apart. */
  parsed(index: number): Promise<ParsedMail>;
  close(): Promise<void>;
}

/** Codes of answers in words, as servers give them. */
const WORDS: Record<number, string> = {
  421: "4.3.2 the service takes leave",
  451: "4.7.1 greylisted, try again later",
  550: "5.1.1 no such user here",
  552: "5.2.2 mailbox full",
};

export async function openMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-mail-"));
  const { key, cert } = certificate(folder);
  const open = new Set<{ destroy(): void }>();
  const drop = (at: MailServer["drops"]["at"]): boolean => {
    if (server.drops.at !== at || server.drops.times <= 0) return false;
    server.drops.times -= 1;
    for (const socket of open) socket.destroy();
    return true;
  };
  const smtp = new SMTPServer({
    key: readFileSync(key),
    cert: readFileSync(cert),
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username = "", password = "" }, _session, done) => {
      server.logins.push(`${username}:${password}`);
      if (password === "right/pass@word") done(null, { user: username });
      else done(Object.assign(new Error(`535 5.7.8 ${password} is wrong`), { responseCode: 535 }));
    },
    onConnect: (_session, done) => {
      server.connection_count += 1;
      done();
    },
    onRcptTo: ({ address }, _session, done) => {
      if (drop("rcpt")) return;
      const answer = server.answers[address]?.shift() ?? "ok";
      if (answer === "ok") return done();
      done(Object.assign(new Error(WORDS[answer] ?? "no"), { responseCode: answer }));
    },
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      if (drop("data")) return;
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const to = session.envelope.rcptTo[0]?.address ?? "";
        const { mailFrom } = session.envelope;
        void Promise.resolve(server.when_received(to)).then(() => {
          if (drop("end")) return;
          server.mails.push({ to, from: mailFrom === false ? "" : mailFrom.address, bytes: Buffer.concat(parts) });
          done(null, "250 2.0.0 queued");
        });
      });
    },
    ...options,
  });
  smtp.on("error", () => {});
  smtp.server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  const port = await new Promise<number>((resolve) => {
    const listener = smtp.listen(0, "127.0.0.1", () => resolve((listener.address() as { port: number }).port));
  });
  const server: MailServer = {
    port,
    url: `smtp://127.0.0.1:${port}`,
    ca: cert,
    mails: [],
    logins: [],
    connection_count: 0,
    answers: {},
    when_received: () => {},
    drops: { at: "rcpt", times: 0 },
    parsed: (index) => simpleParser(server.mails[index]?.bytes ?? Buffer.alloc(0)),
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => smtp.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** A key and a certificate for 127.0.0.1, signed by itself. */
function certificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  return { key, cert };
}
