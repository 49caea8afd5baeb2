import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { linesOf as linesOfBlock, LONGEST_LINE, readBlocks } from "../../src/dumps/lines";

async function* pieces(bytes: Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const size of sizes) {
    if (from < bytes.length) yield bytes.subarray(from, from + size);
    from += size;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

async function linesOf(bytes: Buffer, sizes: number[]): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const { bytes: block, long } of readBlocks(pieces(bytes, sizes))) {
    if (long !== null) lines.push(long);
    else {
      const { texts, bytes: bytesOf } = linesOfBlock(block);
      for (const [index, text] of texts.entries())
        lines.push([lines.length + 1, text.replace(/\r$/, ""), bytesOf(index).toString()]);
    }
  }
  return lines;
}

describe("lines", () => {
  it("are the same wherever the chunks end", async () => {
    const text = fc.array(fc.constantFrom("", "a", "né", "한국", "x".repeat(40)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom("\n", "\r\n"),
        fc.array(fc.integer({ min: 1, max: 30 })),
        async (lines, end, sizes) => {
          const whole = lines.join(end);
          const expected = lines.map((line, index) => [index + 1, line, line]);
          if (lines.at(-1) === "") expected.pop();
          expect(await linesOf(Buffer.from(whole), sizes)).toEqual(expected);
        },
      ),
    );
  });

  it("are told by size, hash and beginning only where they are longer than 1 MiB", async () => {
    const long = Buffer.alloc(LONGEST_LINE + 1, "x");
    const most = Buffer.alloc(LONGEST_LINE, "y");
    const file = Buffer.concat([long, Buffer.from("\n"), most, Buffer.from("\nz")]);
    const sizes = Array.from({ length: 40 }, () => 100_000);
    const [first, second, third] = await linesOf(file, sizes);
    expect(first).toEqual({
      byte_count: long.length,
      sha256: createHash("sha256").update(long).digest("hex"),
      head: long.subarray(0, 4096),
    });
    expect((second as string[])[1]).toHaveLength(LONGEST_LINE);
    expect(third).toEqual([3, "z", "z"]);
  });
});
