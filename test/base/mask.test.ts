import { maskOf } from "../../src/base/mask";

const lastFour = maskOf({ numbers: "last-four", names: "last-four", key: "" });
const hashed = maskOf({ numbers: "hash", names: "hash", key: "secret" });
const none = maskOf({ numbers: "none", names: "none", key: "" });

describe("masking", () => {
  it("shows the last four of a number or a name", () => {
    expect([
      lastFour.number("+82 2 555 1234"),
      lastFour.name("Kim Minji"),
      lastFour.name("Bo"),
      lastFour.name(null),
    ]).toEqual(["***1234", "***inji", "**", null]);
  });

  it("gives the same token for the same value, and another under another key", () => {
    const other = maskOf({ numbers: "hash", names: "hash", key: "another" });
    expect(hashed.number("+8225551234")).toBe(hashed.number("+8225551234"));
    expect(hashed.number("+8225551234")).not.toBe(other.number("+8225551234"));
    expect(hashed.number("+8225551234")).not.toContain("1234");
  });

  it.each([
    [`{"origin":"01012345678"}`, `{"origin":"***5678"}`],
    [`call from 010-1234-5678 at 2026-03-02T10:00:00Z`, `call from ***5678 at 2026-03-02T10:00:00Z`],
    [`+82 2 555 0100, twice`, `***0100, twice`],
    [`{"agentName":"Kim Minji","queueName":"Billing"}`, `{"agentName":"***inji","queueName":"***ling"}`],
    [`{"agentName":"Kim Min`, `{"agentName":"*** Min`],
    [`408`, `408`],
  ])("hides numbers and names in %s", (text, shown) => {
    expect(lastFour.text(text)).toBe(shown);
  });

  it("leaves everything as it is where nothing is masked", () => {
    expect([none.text(`{"agentName":"Kim","origin":"01012345678"}`), none.name("Kim")]).toEqual([
      `{"agentName":"Kim","origin":"01012345678"}`,
      "Kim",
    ]);
  });
});
