import { harmlessCell, writeCsvRows } from "../../src/base/csv";

describe("cells for a spreadsheet", () => {
  it.each([
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["\rx", "'\rx"],
    ["+82 2 555 1234", "+82 2 555 1234"],
    ["+8225551234", "+82 2555 1234"],
    ["+821012345678", "+8210 1234 5678"],
    ["+82-2-555-1234", "+82 2 555 1234"],
    ["+1 (415) 555-0100", "+1 415 555 0100"],
    ["Müller = Söhne", "Müller = Söhne"],
    [-5, -5],
    [null, null],
  ])("shows %j as %j", (cell, shown) => {
    expect(harmlessCell(cell)).toBe(shown);
  });

  it("writes CSV after RFC 4180, null as an empty cell", () => {
    expect(
      writeCsvRows([
        ["a", null, 'say "so"'],
        [1, "x,y", "two\nlines"],
      ]),
    ).toBe('a,,"say ""so"""\r\n1,"x,y","two\nlines"\r\n');
  });
});
