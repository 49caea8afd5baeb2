import { columnsOf, fitColumns, printable, shortened, withoutPassword } from "../../src/base/text";

describe("text in a terminal", () => {
  it("counts wide letters twice", () => {
    expect([columnsOf("Billing"), columnsOf("고객센터"), columnsOf("é")]).toEqual([7, 8, 1]);
  });

  it("cuts where the columns end, never through a letter", () => {
    expect([fitColumns("고객센터", 5), fitColumns("Billing", 4)]).toEqual(["고객", "Bill"]);
  });

  it("takes out the middle of what is too long", () => {
    expect(shortened("contact-events-2026-03-02.ndjson.gz", 21)).toBe("contact-ev….ndjson.gz");
    expect(shortened("short.csv", 21)).toBe("short.csv");
  });

  it("shows a database's address without its password", () => {
    expect(withoutPassword("postgres://me:secret@host:5432/db")).toBe("postgres://me:…@host:5432/db");
    expect(withoutPassword("postgres://me:se:c@r/et@host/db")).toBe("postgres://me:…@host/db");
    expect(withoutPassword("postgres://host/db?user=me&password=secret&x=1")).toBe(
      "postgres://host/db?user=me&password=…&x=1",
    );
    expect(withoutPassword("redis+sentinel://a,b/main?sentinel_password=secret")).toBe(
      "redis+sentinel://a,b/main?sentinel_password=…",
    );
    expect(withoutPassword("sqlite:/srv/data/nightdesk.sqlite")).toBe("sqlite:/srv/data/nightdesk.sqlite");
  });

  it("shows no escape, no bell and no mark that turns the direction", () => {
    expect(printable("a\u001b[31mb\u0007c\u202Ed")).toBe("a\uFFFD[31mb\uFFFDc\uFFFDd");
  });
});
