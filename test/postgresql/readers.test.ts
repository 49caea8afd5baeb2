import { openReaders } from "../../src/db/readers";
import { selectRows } from "../../src/db/sql";
import { type Centre, openCentre } from "../support/centre";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
});
afterEach(() => centre.close());

it("renders that take several connections each, and together more than there are, come to their end one after the other", async () => {
  const { db } = centre;
  const seen = Array.from({ length: 8 }, async () => {
    const { readers, close } = await openReaders(db, 2);
    const [first, second] = await Promise.all(
      readers.map((reader) => selectRows<{ count: number }>(reader, "select count(*) as count from receipts")),
    );
    await close();
    return [first?.[0]?.count, second?.[0]?.count];
  });
  expect(await Promise.all(seen)).toEqual(seen.map(() => [0, 0]));
});
