import type { Words } from "../i18n/words";
import type { Failures } from "./failure-reasons";
import { mostContacts } from "./failure-reasons-tables";
import type { Card, Definition } from "./page";
import type { Ask } from "./report";
import { shareBar } from "./svg";
import { pageTable, type PageTable } from "./table";
import { shareOf } from "./units";

export function failureCards(words: Words, { findings, contact_count: all }: Failures, leading: string | null): Card[] {
  const { t } = words;
  const total = (isFailure: number): { event_count: number; contact_count: number } =>
    findings.find(({ level, is_failure }) => level === "total" && is_failure === isFailure) ?? {
      event_count: 0,
      contact_count: 0,
    };
  const reasons = findings.filter(({ level, is_failure }) => level === "reason" && is_failure === 1);
  const unknown = reasons.filter(({ kind }) => kind === "unknown");
  const of = (kind: string): number =>
    reasons.reduce((sum, each) => sum + (each.kind === kind ? each.event_count : 0), 0);
  const failed = total(1);
  return [
    {
      label: t("Contacts affected"),
      value: words.count(failed.contact_count),
      note: t("{share} of {count} contacts", {
        share: words.share(shareOf(failed.contact_count, all)),
        count: all,
      }),
    },
    { label: t("Failures"), value: words.count(failed.event_count), note: t("events; one contact can have several") },
    { label: t("Calls"), value: words.count(of("call")), note: t("response codes") },
    { label: t("Dialler"), value: words.count(of("cpa")), note: t("call progress analysis") },
    { label: t("Offers"), value: words.count(of("offer")), note: t("not taken by the agent") },
    {
      label: t("Unknown codes"),
      value: words.count(unknown.length),
      note:
        unknown.length === 0
          ? t("every code is in the reference")
          : words.many(of("unknown"), "{count} event", "{count} events"),
    },
    {
      label: t("Most often"),
      value: words.share(shareOf(reasons.toSorted(mostContacts)[0]?.contact_count ?? 0, failed.contact_count)),
      note: leading === null ? t("no failure at all") : t("of the affected: {reason}", { reason: leading }),
    },
    { label: t("Not failures"), value: words.count(total(0).event_count), note: t("cancelled, live voice, machine") },
  ];
}

/** The owner of reasons that need no action; told last. */
const NOBODY = "nobody";

/** Who has to act: the people a reader forwards this page to. */
export function ownerTable({ findings, contact_count: all }: Failures, ask: Ask): PageTable {
  const { words } = ask;
  const owners = findings
    .filter(({ level, place_kind }) => level === "place" && place_kind === "owner")
    .toSorted((a, b) => Number(a.place === NOBODY) - Number(b.place === NOBODY) || mostContacts(a, b));
  const most = Math.max(1, ...owners.map(({ contact_count }) => contact_count));
  const rows = owners.map((owner) => ({
    ...owner,
    place: owner.place === "" ? words.t("unknown: find out what the code means") : words.name("owner", owner.place),
    contact_share: shareOf(owner.contact_count, all),
    bar: shareBar(owner.contact_count / most, "s2"),
  }));
  return pageTable(
    words.t("Who has to act"),
    [
      { key: "place", label: "Who", unit: "text" },
      { key: "event_count", label: "Failures", unit: "count" },
      { key: "contact_count", label: "Contacts", unit: "count" },
      { key: "contact_share", label: "Share", unit: "share", hint: "of all contacts that began in the period" },
      { key: "bar", label: "", unit: "markup" },
      { key: "first_at_ms", label: "First seen", unit: "instant" },
      { key: "last_at_ms", label: "Last seen", unit: "instant" },
    ],
    rows,
    ask,
  );
}

export function failureDefinitions({ t }: Words): Definition[] {
  return [
    {
      name: t("Contacts"),
      id: "",
      text: t(
        "Contacts that began in the period and met the reason at least once, whenever it happened. One contact can meet several reasons, so rows do not add up to the total.",
      ),
    },
    {
      name: t("Share"),
      id: "",
      text: t("Contacts affected / all contacts that began in the period, of every channel and direction."),
    },
    {
      name: t("Events"),
      id: "",
      text: t(
        "Events of a contact that carry the reason. A reason only the agent's side tells is counted once for its contact.",
      ),
    },
    {
      name: t("One reason, one row"),
      id: "",
      text: t("Spellings that differ only in case, spaces, hyphens and underscores are the same reason."),
    },
    {
      name: t("Place"),
      id: "",
      text: t(
        "The queue, entry point and agent the event names; where it names none, the contact's entry point and its last queue and agent.",
      ),
    },
    {
      name: t("Not failures"),
      id: "",
      text: t("487 (cancelled before answer), voice and answering_machine are outcomes of a call, not faults."),
    },
  ];
}
