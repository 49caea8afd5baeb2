import { localTime } from "./base/days";
import { printable, shortened } from "./base/text";
import type { Chosen } from "./mail/groups";
import type { Attempt } from "./mail/ledger";
import type { LintFault } from "./mail/lint";
import { table } from "./print";

/** Who gets what, a line a recipient, for a terminal. */
export function printChosen(chosen: readonly Chosen[], groupCount: number, file: string | null): string {
  const rows = chosen.map(({ recipient, gets, why }) => [
    shortened(printable(recipient.address), LONGEST_ADDRESS),
    gets ? "yes" : "no",
    shortened(printable(recipient.scope.replaceAll("|", ", ")), LONGEST_SCOPE),
    recipient.language,
    recipient.tier,
    printable(why),
  ]);
  const count = chosen.filter(({ gets }) => gets).length;
  const mails = `${count} ${count === 1 ? "mail" : "mails"}, rendered ${groupCount === 1 ? "once" : `${groupCount} times`}`;
  const source = file === null ? 'No file is configured ("mail.recipients").' : `From ${file}.`;
  return `${table(["address", "gets", "scope", "language", "tier", "why"], rows, 1)}\n${mails}. Nothing was sent. ${source}\n`;
}

const LONGEST_ADDRESS = 30;
const LONGEST_SCOPE = 24;
const LONGEST_ANSWER = 60;

/** Every attempt, the oldest first. Times in the centre's zone. */
export function printLedger(attempts: readonly Attempt[], zone: string): string {
  if (attempts.length === 0) return "No mail of these days was tried.\n";
  const rows = attempts.map((attempt) => [
    localTime(zone, Number(attempt.began_at_ms)),
    attempt.status,
    shortened(printable(attempt.address), LONGEST_ADDRESS),
    attempt.edition_id,
    shortened(printable((attempt.answer ?? "").replace(/\s+/g, " ")), LONGEST_ANSWER),
  ]);
  return `${table(["time", "status", "address", "edition", "answer"], rows, 1)}\nTimes in ${zone}. --json has the whole answers, Message-IDs and hashes.\n`;
}

/** The faults of messages: where, what, and what to do. */
export function printFaults(checked: readonly { file: string; faults: readonly LintFault[] }[]): string {
  return checked
    .map(({ file, faults }) => {
      if (faults.length === 0) return `ok      ${file}\n`;
      const lines = faults.map(({ where, what, advice }) => printable(`  ${where}: ${what}\n    → ${advice}\n`));
      return `FAULT   ${file}: ${faults.length === 1 ? "1 fault" : `${faults.length} faults`}\n${lines.join("")}`;
    })
    .join("");
}
