import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readCsvTable } from "../../src/base/csv";
import { koreanRules, koreanTexts } from "../../src/i18n/korean";
import { wordsOf } from "../../src/i18n/words";
import { metrics, presets } from "../../src/metrics/catalogue";
import { gapWords, missingWords, ruleWords } from "../../src/metrics/completeness-words";
import { NAMES as FIGURES } from "../../src/reports/edition-words";
import { measureLabel, MEASURES, RULES } from "../../src/reports/reconciliation-words";
import { reportNames } from "../../src/reports/render";
import { gatherStatus } from "../../src/status";
import { COLUMNS, SYMBOLS } from "../../src/status-grid";
import { statusPage } from "../../src/status-page";
import { type Pages, render, wordsOf as visible } from "../reports/pages";
import { type Centre, openCentre } from "../support/centre";
import { FIRST_DAY, LAST_DAY, openNumberedCentre } from "./numbered";

const ROOT = resolve(__dirname, "../..");
const NIGHT_AFTER_MS = Date.UTC(2026, 2, 4, 3);

/** Words of the trade that Korean reports spell in Latin letters, and names no language changes. */
const LATIN = new Set(
  "RONA IVR ASA CPA CSR MCCG CSV ID P K UTC URI RFC sip tel sha nightdesk json Asia Seoul p A B C a b c d e f g h i j k l".split(
    " ",
  ),
);

let centre: Centre;
let untranslated: Set<string>;
const korean = wordsOf("ko", (text) => untranslated.add(text));
beforeEach(() => {
  untranslated = new Set();
});
afterEach(() => centre?.close());

const rows = (file: string): Record<string, string>[] =>
  readCsvTable(readFileSync(join(ROOT, "src/reference", `${file}.csv`), "utf8"));

async function statusIn(words: typeof korean): Promise<string> {
  const next = [{ schedule: "1", days: FIRST_DAY, at_ms: NIGHT_AFTER_MS }];
  const request = { from: FIRST_DAY, to: LAST_DAY, now_ms: NIGHT_AFTER_MS, next, words };
  return statusPage(await gatherStatus(centre.db, centre.config, request), centre.config.zone, words);
}

describe("a Korean report", () => {
  it("has every word translated: by day, over days, by channel, with data and without", async () => {
    centre = await openNumberedCentre();
    await render(centre, FIRST_DAY, { words: korean });
    await render(centre, FIRST_DAY, { words: korean, to: LAST_DAY });
    await render(centre, FIRST_DAY, { words: korean, view: "channel" });
    await render(centre, "2025-01-01", { words: korean, to: "2025-02-28" });
    await statusIn(korean);
    expect([...untranslated]).toEqual([]);
  });

  it("shows no English word in any page, tool tip or label for screen readers", async () => {
    centre = await openNumberedCentre();
    const day = await render(centre, FIRST_DAY, { words: korean });
    const channels = await render(centre, FIRST_DAY, { words: korean, view: "channel" });
    const names = day.names.filter((name) => name.endsWith(".html"));
    expect(names.filter((name) => !name.startsWith("evidence/"))).toHaveLength(reportNames().length + 1);
    const known = await codes();
    const found = [...names.flatMap((name) => latin(day.text(name), known)), ...latin(await statusIn(korean), known)];
    expect([...new Set([...found, ...latin(channels.text("agent-states.html"), known)])]).toEqual([]);
  });

  it("has Korean heads in its CSV files, and the same rows as the English one but for what is said in words", async () => {
    centre = await openNumberedCentre();
    const [english, translated] = [await render(centre, FIRST_DAY), await render(centre, FIRST_DAY, { words: korean })];
    const names = english.names.filter((name) => name.endsWith(".csv"));
    for (const name of names) {
      const [heads = ""] = translated.text(name).split("\r\n");
      expect(heads.replace(/Asia\/Seoul|RONA|ASA|P90|UTC|ID/g, "")).not.toMatch(/[A-Za-z]/);
    }
    expect(rowsOf(translated, "contact-sessions-abandoned.csv")).toEqual(
      rowsOf(english, "contact-sessions-abandoned.csv"),
    );
    expect(rowsOf(translated, "agent-states.csv")).toEqual(rowsOf(english, "agent-states.csv"));
    expect(rowsOf(translated, "agent-states-stays.csv")).toEqual(rowsOf(english, "agent-states-stays.csv"));
    expect(rowsOf(translated, "sequence-violations.csv")).toEqual(rowsOf(english, "sequence-violations.csv"));
  });

  it("lies in a folder of its own and says its language", async () => {
    centre = await openCentre({ zone: "Asia/Seoul" });
    const reports = join(centre.folder, "reports");
    await render(centre, FIRST_DAY);
    const english = readFileSync(join(reports, FIRST_DAY, "index.html"), "utf8");
    const pages = await render(centre, FIRST_DAY, { words: korean });
    await render(centre, FIRST_DAY, { words: korean, view: "channel" });
    expect(readdirSync(reports).sort()).toEqual([FIRST_DAY, `${FIRST_DAY}-by-channel-ko`, `${FIRST_DAY}-ko`]);
    expect(pages.text("index.html")).toContain('<html lang="ko">');
    expect(pages.words("index.html")).toContain("2026년 3월 2일 (월) 보고서");
    expect(readFileSync(join(reports, FIRST_DAY, "index.html"), "utf8")).toBe(english);
    expect(english).toContain('<html lang="en">');
  });
});

describe("the Korean texts", () => {
  it("hold every text that a source file or a template asks for by its words", () => {
    const known = koreanTexts();
    expect(askedTexts().filter((text) => !known.has(text))).toEqual([]);
  });

  it("keep the places for values of the English ones", () => {
    const places = (text: string): string => (text.match(/\{\w+\}/g) ?? []).sort().join();
    const broken = [...koreanTexts()].filter(([text, told]) => places(text) !== places(told));
    expect(broken).toEqual([]);
  });

  it("hold nothing that no file speaks of any more", () => {
    const sources = sourceFiles()
      .map((file) => readFileSync(file, "utf8").replaceAll('\\"', '"'))
      .join("\n");
    expect([...koreanTexts().keys()].filter((text) => !isSpoken(sources, text))).toEqual([]);
  });

  it("tell what is missing, by source and queue, by the hour and the day", () => {
    const gap = { day: FIRST_DAY, name: "7", received_count: 12, expected_count: 1_039, compared_count: 4 };
    const told = [
      gapWords(korean, { ...gap, kind: "visit", from: "10:00", to: "11:00" }),
      gapWords(korean, { ...gap, kind: "contact", from: "00:00", to: "24:00", received_count: 0 }),
      gapWords(korean, { ...gap, kind: "agent", from: "10:00", to: "12:00", received_count: 2 }),
      missingWords(korean, { source: "7", day: FIRST_DAY }),
    ];
    expect(told).toEqual([
      "2026-03-02 10:00~11:00: 이전 월요일 4회 대비 1% 수신 (대기열 7: 진입 예상 약 1,039건 중 12건)",
      "2026-03-02 하루 전체: 이전 월요일 4회 대비 수신 데이터 없음 (소스 7: 고객 이벤트 예상 약 1,039건 중 0건)",
      "2026-03-02 10:00~12:00: 이전 월요일 4회 대비 1% 미만 수신 (소스 7: 상담사 이벤트 예상 약 1,039건 중 2건)",
      "소스 7: 2026-03-02 데이터 미수신",
    ]);
    const completeness = { expected_events: 500, expected_visits: 40, received_share: 0.5 };
    expect(ruleWords(korean, { completeness } as Centre["config"])).toContain("중앙값의 50% 미만");
    for (let day = 1; day <= 7; day++)
      gapWords(korean, { ...gap, kind: "visit", day: `2026-03-0${day}`, from: "1", to: "2" });
    for (const count of [2, 3]) gapWords(korean, { ...gap, kind: "visit", compared_count: count, from: "1", to: "2" });
    expect([...untranslated]).toEqual([]);
  });

  it("hold every figure and rule of a reconciliation", () => {
    for (const text of Object.values(RULES)) korean.t(text);
    for (const name of Object.keys(MEASURES)) measureLabel(name, korean);
    expect(measureLabel("outdial_hold_ms", korean)).toBe("아웃다이얼 보류 시간");
    expect(measureLabel("hold_count", korean)).toBe("보류 횟수");
    expect([...untranslated]).toEqual([]);
  });

  it("hold every figure that an edition may restate", () => {
    for (const name of Object.values(FIGURES)) korean.t(name);
    expect([...untranslated]).toEqual([]);
  });

  it("hold every step and state of a day", () => {
    for (const text of [...COLUMNS, ...Object.values(SYMBOLS).map(({ meaning }) => meaning)]) korean.t(text);
    for (const fate of ["done", "failed", "waiting", "running", "never ran", "not ended"]) korean.t(fate);
    expect([...untranslated]).toEqual([]);
  });
});

describe("the Korean names of rules", () => {
  const named = (kind: string): string[] =>
    [...koreanRules().keys()].filter((key) => key.startsWith(`${kind}\t`)).map((key) => key.slice(kind.length + 1));
  const names = (kind: string): string[] =>
    rows("rule-names")
      .filter((row) => row.kind === kind)
      .map((row) => row.name ?? "");

  it.each([
    ["event", () => [...rows("event-sequence"), ...rows("contact-events")].map((row) => row.event ?? "")],
    ["agent-state", () => rows("agent-states").map((row) => row.state ?? "")],
    ["state-kind", () => rows("state-kinds").map((row) => row.kind ?? "")],
    ["call", () => rows("reason-codes").map((row) => row.code ?? "")],
    ["cpa", () => rows("cpa-reasons").map((row) => row.reason ?? "")],
    ["offer", () => names("offer-reason")],
    ["termination", () => names("termination-reason")],
    ["terminating-end", () => names("terminating-end")],
    [
      "reason-class",
      () => [
        ...rows("reason-codes").map((row) => row.acts ?? ""),
        ...rows("cpa-reasons").map((row) => row.phase ?? ""),
      ],
    ],
    [
      "owner",
      () => ["reason-codes", "cpa-reasons", "rule-names"].flatMap((file) => rows(file).map((row) => row.owner ?? "")),
    ],
  ])("cover the reference, and nothing else: %s", (kind, known) => {
    expect(named(kind).sort()).toEqual([...new Set(known())].filter(Boolean).sort());
  });

  it("have a meaning wherever the reference has one", () => {
    const silent = ["call", "cpa", "offer", "termination", "terminating-end"].flatMap((kind) =>
      named(kind).filter((name) => korean.rule(kind, name)?.meaning === ""),
    );
    expect(silent).toEqual([]);
  });

  it("do not repeat what the vendor's Korean document gets wrong", () => {
    const told = (kind: string, name: string): string =>
      `${korean.name(kind, name)} ${korean.rule(kind, name)?.meaning ?? ""}`;
    expect([told("call", "420"), told("call", "421")].join()).not.toContain("내선");
    expect(told("call", "486")).toMatch(/^이 단말은 통화 중/);
    expect(told("call", "606")).not.toContain("상담사");
    expect(told("call", "491")).not.toContain("보류");
    expect(told("call", "410")).toMatch(/^영구적으로 사라짐/);
    expect(told("cpa", "sit_no_circuit")).toContain("감지되었습니다");
    expect(told("cpa", "sit_reorder")).not.toContain("재정렬");
    expect(told("cpa", "cadence_break")).not.toContain("연결 끊김");
    expect(told("event", "parked")).toMatch(/^대기열 대기/);
    expect(told("event", "consulting")).toMatch(/^협의/);
  });
});

function rowsOf(pages: Pages, name: string): string[] {
  return pages.text(name).split("\r\n").slice(1);
}

/** Codes that pages show as they were delivered or as they are looked up, the longest first. */
async function codes(): Promise<string[]> {
  const rejected: { reason: string }[] = await centre.db("rejected_lines").distinct("reason");
  const unknown: { spelling: string }[] = await centre
    .db("contact_event_names")
    .where({ is_known: 0 })
    .select("spelling");
  const told = [
    ...rejected.map(({ reason }) => reason),
    ...unknown.map(({ spelling }) => spelling),
    ...rows("cpa-reasons").flatMap((row) => [row.reason ?? "", row.alias ?? ""]),
    ...rows("reason-codes").map((row) => row.code ?? ""),
    ...rows("rule-names").map((row) => (row.kind === "terminating-end" ? "" : (row.name ?? ""))),
    ...presets().keys(),
    ...metrics().map(({ id }) => id),
    "events-ndjson",
    "export agent-activities",
  ];
  return told.filter((code) => /[A-Za-z]/.test(code)).toSorted((a, b) => b.length - a.length);
}

/** Latin words a reader sees or hears on a page that are none of the codes; `code` elements are to be copied, not read. */
function latin(html: string, known: readonly string[]): string[] {
  const attributes = html.match(/ (?:title|aria-label)="[^"]*"/g) ?? [];
  const heard = attributes
    .map((each) => each.slice(each.indexOf('"') + 1, -1))
    .filter((text) => !/^[0-9a-f]{64}$/.test(text));
  const description = /<meta name="description" content="([^"]*)">/.exec(html)?.[1] ?? "";
  const shown = visible(html.replace(/<code[\s\S]*?<\/code>/g, " "));
  const text = [shown, description, ...heard]
    .join(" ")
    .replace(/[\w.-]+\.(?:csv|ndjson|html)\b|nightdesk [a-z]+|--\w+/g, " ");
  const told = known.reduce((rest, code) => rest.replace(new RegExp(`(?<![\\w-])${code}(?![\\w-])`, "g"), " "), text);
  return (told.match(/[A-Za-z]+/g) ?? []).filter((word) => !LATIN.has(word));
}

function sourceFiles(): string[] {
  const within = (folder: string, ending: string): string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(ending))
      .map((name) => join(ROOT, folder, name));
  return [...within("src", ".ts"), ...within("templates", ".hbs")];
}

/** The literal texts handed to `t` and `many`, and to `t` in templates. */
function askedTexts(): string[] {
  const text = `"((?:[^"\\\\]|\\\\.)*)"|'((?:[^'\\\\]|\\\\.)*)'`;
  return sourceFiles().flatMap((file) => {
    const source = readFileSync(file, "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
    const first = [...source.matchAll(new RegExp(`(?:\\bt\\(\\s*|\\{\\{t )(?:${text})`, "g"))].map(
      (found) => found[1] ?? found[2],
    );
    const several = [...source.matchAll(new RegExp(`\\bmany\\(\\s*[^"]*?"(?:[^"\\\\]|\\\\.)*",\\s*(?:${text})`, "g"))];
    return [...first, ...several.map((found) => found[1] ?? found[2])].filter(
      (found) => found !== undefined && found !== "",
    );
  }) as string[];
}

/** Whether a text stands in the sources as a whole literal. */
function isSpoken(sources: string, text: string): boolean {
  return [`"${text}"`, `'${text}'`].some((literal) => sources.includes(literal)) || sources.includes(` ${text},`);
}
