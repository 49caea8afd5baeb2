import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, NightdeskError } from "../base/errors";
import { ensureFolder } from "../base/folders";
import type { Transport } from "./transport";

/** A folder of `.eml` files, which any mail program opens. The same message has the same name. */
export function outboxTransport(folder: string): Transport {
  return {
    kind: "outbox",
    shown: folder,
    lanes: 1,
    send: async ({ message_id, to, bytes }) => {
      const place = join(folder, outboxName(message_id, to));
      const beside = `${place}.${process.pid}.part`;
      await ensureFolder(folder);
      try {
        await writeFile(beside, bytes);
        await rename(beside, place);
      } catch (error) {
        await rm(beside, { force: true });
        throw new NightdeskError(
          "outbox",
          `The mail could not be written to ${place}: ${messageOf(error)}. Expected a folder that takes new files. Free the place, or set SMTP_URL to send mails instead.`,
          { canRetry: true, cause: error },
        );
      }
      return { status: "outbox", answer: place };
    },
    verify: async () => {
      try {
        await ensureFolder(folder);
        await access(folder, constants.W_OK);
        return null;
      } catch (error) {
        return messageOf(error);
      }
    },
    close: () => {},
  };
}

/** Edition and recipient, in letters that every file system takes. */
function outboxName(message_id: string, to: string): string {
  const edition = message_id.slice(1, message_id.lastIndexOf(".", message_id.lastIndexOf("@")));
  const plain = (text: string): string => text.replace(/[^A-Za-z0-9_.@+-]/g, "-").replace(/^\.+/, "-");
  const who = plain(to).slice(0, 60);
  const whole = who === to ? who : `${who}-${createHash("sha256").update(to).digest("hex").slice(0, 6)}`;
  return `${plain(edition).slice(0, 120)}_${whole}.eml`;
}
