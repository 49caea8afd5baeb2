export type Format = "events-ndjson" | "events-csv" | "webex" | "truth" | "empty";
export function formatOf(head: string, name: string): Format {
  if (/^\s*\{\s*"nightdesk_truth"/.test(head)) return "truth";
  return head.trim() === "" ? "empty" : /^\s*[[{]/.test(head) ? "events-ndjson" : "events-csv";
}
