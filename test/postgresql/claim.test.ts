import { claimKeys, waitForClaims } from "../../src/db/claim";
import { addKeyList } from "../../src/db/keys";
import { emptyTogether } from "../../src/models/together";
import { type Centre, openCentre } from "../support/centre";

const SET = "contacts_to_rebuild";
const KEY = "contact_key";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre();
  await add(1, 2, 3, 4);
});
afterEach(() => centre.close());

const add = (...keys: number[]): Promise<void> => centre.db.transaction((trx) => addKeyList(trx, SET, KEY, keys));
const left = (): Promise<number[]> => centre.db(SET).orderBy(KEY).pluck(KEY);

/** Settles once somebody on the server waits for a lock that another transaction has. */
async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const waiting = await centre.db("pg_locks").where({ granted: false }).first("pid");
    if (waiting !== undefined) return;
  }
}

describe("keys that wait for work", () => {
  it("are claimed by one at a time, the next taking others", async () => {
    const first = await centre.db.transaction();
    const second = await centre.db.transaction();
    expect(await claimKeys(first, SET, KEY, 3)).toEqual({ from_key: 1, to_key: 3, key_count: 3 });
    expect(await claimKeys(second, SET, KEY, 3)).toEqual({ from_key: 4, to_key: 4, key_count: 1 });
    expect(await first(SET).orderBy(KEY).pluck(KEY)).toEqual([1, 2, 3]);
    expect(await second(SET).pluck(KEY)).toEqual([4]);
    await first.commit();
    await second.commit();
    expect(await left()).toEqual([]);
  });

  it("are in the set again where the work on them failed", async () => {
    const failing = centre.db.transaction(async (trx) => {
      await claimKeys(trx, SET, KEY, 3);
      throw new Error("the work failed");
    });
    await expect(failing).rejects.toThrow("the work failed");
    expect(await left()).toEqual([1, 2, 3, 4]);
  });

  it("are in the set again after the work, where they were added while it was under way", async () => {
    const working = await centre.db.transaction();
    await claimKeys(working, SET, KEY, 2);
    const adding = add(1, 9);
    await untilSomebodyWaits();
    await working.commit();
    await adding;
    expect(await left()).toEqual([1, 3, 4, 9]);
  });

  it("are left alone while they are being added again, since what comes with them cannot be seen yet", async () => {
    const bringing = await centre.db.transaction();
    await addKeyList(bringing, SET, KEY, [2]);
    const working = await centre.db.transaction();
    expect(await claimKeys(working, SET, KEY, 10)).toEqual({ from_key: 1, to_key: 4, key_count: 3 });
    await working.commit();
    const waiting = waitForClaims(centre.db, SET, KEY);
    await untilSomebodyWaits();
    await bringing.commit();
    expect(await waiting).toBe(false);
    expect(await left()).toEqual([2]);
  });
});

describe("a run that empties a set", () => {
  it("prepares anew before it works on what came meanwhile", async () => {
    const seen: string[] = [];
    const nightsWork = {
      set: SET,
      key: KEY,
      slice_size: 2,
      work: async (_trx: unknown, { from_key, to_key }: { from_key: number; to_key: number }) => {
        seen.push(`works on ${from_key} to ${to_key}`);
        if (seen.length === 2) {
          await add(9);
          await centre.db("settings").insert({ name: "came", value: "9" });
        }
        return { contacts: 2 };
      },
    };
    const prepare = (): Promise<void> => Promise.resolve(void seen.push("prepares"));
    const mark = async (): Promise<string> => JSON.stringify(await centre.db("settings").where({ name: "came" }));
    await emptyTogether(centre.db, [nightsWork], prepare, mark);
    expect(seen).toEqual(["prepares", "works on 1 to 2", "prepares", "works on 3 to 4", "works on 9 to 9"]);
    expect(await left()).toEqual([]);
  });
});
