import type { Failures } from "./failure-reasons";
import { mostContacts } from "./failure-reasons-tables";
import type { Card, Definition } from "./page";
import type { Ask } from "./report";
import { shareBar } from "./svg";
import { pageTable, type PageTable } from "./table";
import { formatCount, formatShare, shareOf } from "./units";

export function failureCards({ findings, contact_count: all }: Failures, leading: string | null): Card[] {
  const total = (isFailure: number): { event_count: number; contact_count: number } =>
    findings.find(({ level, is_failure }) => level === "total" && is_failure === isFailure) ?? {
      event_count: 0,
      contact_count: 0,
    };
  const reasons = findings.filter(({ level, is_failure }) => level === "reason" && is_failure === 1);
  const unknown = reasons.filter(({ kind }) => kind === "unknown");
  const of = (...kinds: string[]): string =>
    formatCount(reasons.reduce((sum, each) => sum + (kinds.includes(each.kind) ? each.event_count : 0), 0));
  const failed = total(1);
  return [
    {
      label: "Contacts affected",
      value: formatCount(failed.contact_count),
      note: `${formatShare(shareOf(failed.contact_count, all))} of ${formatCount(all)} contacts`,
    },
    { label: "Failures", value: formatCount(failed.event_count), note: "events; one contact can have several" },
    { label: "Calls", value: of("call"), note: "response codes" },
    { label: "Dialler", value: of("cpa"), note: "call progress analysis" },
    { label: "Offers", value: of("offer"), note: "not taken by the agent" },
    {
      label: "Unknown codes",
      value: formatCount(unknown.length),
      note: unknown.length === 0 ? "every code is in the reference" : `${of("unknown")} events`,
    },
    {
      label: "Most often",
      value: formatShare(shareOf(reasons.toSorted(mostContacts)[0]?.contact_count ?? 0, failed.contact_count)),
      note: leading === null ? "no failure at all" : `of the affected: ${leading}`,
    },
    { label: "Not failures", value: formatCount(total(0).event_count), note: "cancelled, live voice, machine" },
  ];
}

/** The owner of reasons that need no action; told last. */
const NOBODY = "nobody";

/** Who has to act: the people a reader forwards this page to. */
export function ownerTable({ findings, contact_count: all }: Failures, { config }: Ask): PageTable {
  const owners = findings
    .filter(({ level, place_kind }) => level === "place" && place_kind === "owner")
    .toSorted((a, b) => Number(a.place === NOBODY) - Number(b.place === NOBODY) || mostContacts(a, b));
  const most = Math.max(1, ...owners.map(({ contact_count }) => contact_count));
  const rows = owners.map((owner) => ({
    ...owner,
    place: owner.place === "" ? "unknown: find out what the code means" : owner.place,
    contact_share: shareOf(owner.contact_count, all),
    bar: shareBar(owner.contact_count / most, "s2"),
  }));
  return pageTable(
    "Who has to act",
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
    config.zone,
  );
}

export function failureDefinitions(): Definition[] {
  return [
    {
      name: "Contacts",
      id: "",
      text: "Contacts that began in the period and met the reason at least once, whenever it happened. One contact can meet several reasons, so rows do not add up to the total.",
    },
    {
      name: "Share",
      id: "",
      text: "Contacts affected / all contacts that began in the period, of every channel and direction.",
    },
    {
      name: "Events",
      id: "",
      text: "Events of a contact that carry the reason. A reason only the agent's side tells is counted once for its contact.",
    },
    {
      name: "One reason, one row",
      id: "",
      text: "Spellings that differ only in case, spaces, hyphens and underscores are the same reason.",
    },
    {
      name: "Place",
      id: "",
      text: "The queue, entry point and agent the event names; where it names none, the contact's entry point and its last queue and agent.",
    },
    {
      name: "Not failures",
      id: "",
      text: "487 (cancelled before answer), voice and answering_machine are outcomes of a call, not faults.",
    },
  ];
}
