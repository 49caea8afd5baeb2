import { wordsOf } from "../i18n/words";
import { join } from "node:path";
import type { Knex } from "knex";
import type { Batch, StepResult } from "../batch";
import type { Config } from "../base/config";
import { NightdeskError, UsageError } from "../base/errors";
import { addDays, dayStartMs } from "../base/days";
import type { Context } from "../context";
import { withReaders } from "../db/readers";
import { restatedBefore } from "../editions/restated";
import { type Draft, issueEdition, type MailEdition, newestEdition } from "../mail/editions";
import { endHold, gateReasons, judge, noteHold, untilWords, type Verdict } from "../mail/gate";
import { groupByAudience, type Mailing } from "../mail/groups";
import { settleLeftOver } from "../mail/ledger";
import { daysWords, mailingOf, recipientsOf, ruleOf, whyNobody } from "../mail/mailing";
import { type Telling, tellOwner } from "../mail/notice";
import { type Letter, postAll, type Posted, waitFor } from "../mail/post";
import type { Recipient } from "../mail/recipients";
import { type Audience, scopeParts } from "../mail/summary";
import { openTransport } from "../mail/transports";
import { failureOf, heldNotice, troubleNotice } from "../mail/words";
import { gatherCompleteness } from "../metrics/completeness";
import { gapWords, missingWords } from "../metrics/completeness-words";
import { isUnderRules } from "../models/rebuild";
import { rulesVersion } from "../reference/load";
import { gatherSummary, renderSummary } from "../reports/summary-mail";
import { gatherNotices } from "../reports/summary-notices";

/** What sending takes from outside, so that tests wait for nothing. */
export interface Surroundings {
  wait: (ms: number) => Promise<unknown>;
  random: () => number;
}

const REAL: Surroundings = { wait: waitFor, random: Math.random };

/**
 * Mails the summary of the batch's days to those who asked for it. Each recipient is noted as soon as the server has
 * accepted their mail, and passed over from then on: run twice, the step sends nothing twice.
 */
export async function mail(context: Context, batch: Batch, around: Surroundings = REAL): Promise<StepResult> {
  const { config, now } = context;
  const { from, to, schedule, workflow, options } = batch;
  if (from === null || to === null) throw new UsageError("A mail needs its days. Give --day D, or --from D --to D.");
  const mailing = mailingOf(config, from, to, schedule);
  const recipients = await recipientsOf(config, mailing);
  const isByHand = options.resend !== undefined || options.despite_gate === true;
  const wish = { is_nightly: workflow === "nightly", is_by_hand: isByHand };
  const why = whyNobody(config, mailing, recipients, wish, now());
  if (why !== null) {
    context.log.info(`No mail: ${why}.`);
    return { counts: { recipients: 0 }, details: { skipped: why } };
  }
  const transport = openTransport(config);
  try {
    const telling: Telling = { ...context, transport };
    const verdict = await gateOf(context, mailing);
    if (verdict.kind === "hold" && batch.options.despite_gate !== true) return await hold(telling, mailing, verdict);
    return await send(telling, mailing, recipients, verdict, batch, around);
  } finally {
    transport.close();
  }
}

/** For receipts and notices to the owner. */
const ENGLISH = wordsOf("en");

/** What is known to be missing, and what else the gate looks at. */
export async function gateOf({ db, config, now }: Context, mailing: Mailing): Promise<Verdict> {
  const { from, to } = mailing;
  const { missing, gaps } = await gatherCompleteness(db, config, from, to);
  const reasons = [
    ...missing.map((one) => missingWords(ENGLISH, one)),
    ...gaps.map((gap) => gapWords(ENGLISH, gap)),
    ...(await gateReasons(db, config, from, to)),
  ];
  const { ifIncomplete, zone } = ruleOf(config, mailing);
  return judge(reasons, ifIncomplete, { to, zone, now_ms: now() });
}

async function hold(
  telling: Telling,
  mailing: Mailing,
  verdict: Extract<Verdict, { kind: "hold" }>,
): Promise<StepResult> {
  const { db, config, log, now } = telling;
  const until = untilWords(ruleOf(config, mailing).zone, verdict.until_ms);
  const days = daysWords(mailing);
  log.warn(`The mail of ${days} is held until ${until}: ${verdict.reasons.join("; ")}.`);
  await noteHold(db, mailing, verdict, now());
  await tellOwner(telling, heldNotice(mailing, verdict.reasons, until));
  return { counts: { held: 1 }, details: { held_until_ms: verdict.until_ms, reasons: verdict.reasons } };
}

async function send(
  telling: Telling,
  mailing: Mailing,
  recipients: readonly Recipient[],
  verdict: Verdict,
  batch: Batch,
  around: Surroundings,
): Promise<StepResult> {
  const { db, config, now, transport } = telling;
  const { from, owner, bounces_to } = config.mail;
  const resend = batch.options.resend ?? null;
  const preliminary = verdict.kind === "send" ? [] : verdict.reasons;
  const groups = groupByAudience(recipients);
  const editions = await editionsOf(
    telling,
    mailing,
    groups.map(({ audience }) => audience),
    preliminary,
    resend !== null,
  );
  const letters = groups.flatMap((group, index): Letter[] => {
    const edition = editions[index];
    return edition === undefined
      ? []
      : group.recipients.map((recipient) => ({ ...mailing, edition_id: edition.edition_id, edition, recipient }));
  });
  await settleLeftOver(
    db,
    editions.map(({ edition_id }) => edition_id),
    now(),
  );
  const posting = { db, transport, now, ...around, from, owner, bounces_to, resend };
  const posted = await postAll(posting, letters);
  await endHold(db, mailing.from, mailing.to);
  await tellNotices(telling, mailing);
  return await told(telling, mailing, posted, { recipients: recipients.length, rendered: groups.length });
}

/** Alerts that changed and nights that were missed: to the owner, each once. */
async function tellNotices(telling: Telling, mailing: Mailing): Promise<void> {
  const { from, to, schedule } = mailing;
  if (telling.config.mail.owner === null) return;
  for (const { about, text } of await gatherNotices(telling.db, telling.config, from, to)) {
    await tellOwner(telling, {
      from,
      to,
      schedule,
      about,
      subject: `[nightdesk] ${text}`.slice(0, 150),
      text: `${text}\n`,
    });
  }
}

/** One edition for each audience, gathered from one state of the database. */
async function editionsOf(
  { db, config, now }: Telling,
  mailing: Mailing,
  audiences: readonly Audience[],
  preliminary: readonly string[],
  asIssued: boolean,
): Promise<MailEdition[]> {
  const { from, to } = mailing;
  const before = asIssued
    ? await Promise.all(audiences.map((audience) => newestEdition(db, { from, to, audience })))
    : [];
  const missing = audiences.filter((_, index) => (before[index] ?? null) === null);
  const drafts =
    missing.length === 0
      ? []
      : await withReaders(db, 1, async ([reader = db]) => {
          if (!(await isUnderRules(reader, config, rulesVersion(config)))) throw rulesChanged();
          const made: Draft[] = [];
          for (const audience of missing) made.push(await draftOf(reader, config, mailing, audience, preliminary));
          return made;
        });
  const editions: MailEdition[] = [];
  for (const [index] of audiences.entries()) {
    const known = before[index] ?? null;
    const draft = known === null ? drafts.shift() : undefined;
    if (known !== null) editions.push(known);
    else if (draft !== undefined) editions.push(await issueEdition(db, draft, now()));
  }
  return editions;
}

/** A summary for an audience, not yet issued. */
export async function draftOf(
  db: Knex,
  config: Config,
  { from, to }: Mailing,
  audience: Audience,
  preliminary: readonly string[],
): Promise<Draft> {
  const { scope, language, tier } = audience;
  const archive = join(config.data_dir, "reports", from === to ? from : `${from}_${to}`);
  const since_ms = dayStartMs(config.zone, addDays(to, 1));
  const restated = await restatedBefore(db, { day: from, since_ms, language: config.language });
  const ask = { from, to, places: scopeParts(scope), language, tier, restated };
  const summary = await gatherSummary(db, config, ask, archive);
  const { figures_sha256 } = summary;
  return { from, to, audience, figures_sha256, preliminary, render: (issue) => renderSummary(summary, issue) };
}

function rulesChanged(): NightdeskError {
  return new NightdeskError(
    "rules-changed",
    'The zone, a threshold or the reference data changed since the tables were made: the mail\'s figures would stand under the wrong heading. Run "nightdesk rebuild" and "nightdesk check", then "nightdesk mail send".',
  );
}

/** The receipt; the owner hears of what did not get through. What may pass by itself makes the step be tried again. */
async function told(
  telling: Telling,
  mailing: Mailing,
  { tally, troubles }: Posted,
  counts: Record<string, number>,
): Promise<StepResult> {
  const shown = Object.fromEntries(Object.entries(tally).filter(([name, count]) => count > 0 || name === "sent"));
  const details = { troubles, transport: telling.transport.shown };
  const result = { counts: { ...counts, ...shown }, details };
  if (troubles.length > 0) await tellOwner(telling, troubleNotice(mailing, troubles));
  for (const trouble of troubles.slice(0, TROUBLES_SHOWN)) telling.log.warn(trouble);
  const failure = failureOf(telling.transport.shown, tally, troubles);
  return failure === null ? result : { ...result, failure };
}

const TROUBLES_SHOWN = 20;
