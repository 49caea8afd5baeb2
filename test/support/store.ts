import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { closed, listening } from "./vendor";

/** An S3-compatible store on loopback with one bucket: it lists and gives. */
export interface Store {
  endpoint: string;
  /** Objects by key. */
  objects: Record<string, Buffer>;
  /** Statuses of the requests to come instead of an answer; null is none. */
  troubles: (number | null)[];
  asked: { url: string; authorization: string }[];
  close(): Promise<void>;
}

const PAGE = 2;

export async function openStore(bucket: string): Promise<Store> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://store");
    store.asked.push({ url: request.url ?? "", authorization: request.headers.authorization ?? "" });
    const trouble = store.troubles.shift() ?? null;
    if (trouble !== null) {
      const text = `<?xml version="1.0"?><Error><Code>Trouble</Code><Message>trouble ${trouble}</Message></Error>`;
      return void response.writeHead(trouble, { "content-type": "application/xml" }).end(text);
    }
    if (url.searchParams.get("list-type") === "2") {
      return void response.writeHead(200, { "content-type": "application/xml" }).end(listing(store, bucket, url));
    }
    const object = store.objects[decodeURIComponent(url.pathname.slice(bucket.length + 2))];
    if (object === undefined) return void response.writeHead(404).end();
    return void response.writeHead(200, { "content-length": object.length, etag: etagOf(object) }).end(object);
  });
  const store: Store = {
    endpoint: await listening(server),
    objects: {},
    troubles: [],
    asked: [],
    close: () => closed(server),
  };
  return store;
}

function listing({ objects }: Store, bucket: string, url: URL): string {
  const prefix = url.searchParams.get("prefix") ?? "";
  const from = Number(url.searchParams.get("continuation-token") ?? 0);
  const keys = Object.keys(objects).filter((key) => key.startsWith(prefix));
  const page = keys.slice(from, from + PAGE);
  const isCut = from + PAGE < keys.length;
  const contents = page.map((key) => {
    const object = objects[key] ?? Buffer.alloc(0);
    return `<Contents><Key>${key}</Key><Size>${object.length}</Size><ETag>${etagOf(object).replaceAll('"', "&quot;")}</ETag><LastModified>2026-03-03T00:00:00.000Z</LastModified></Contents>`;
  });
  const next = isCut ? `<NextContinuationToken>${from + PAGE}</NextContinuationToken>` : "";
  return `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
}

function etagOf(object: Buffer): string {
  return `"${createHash("md5").update(object).digest("hex")}"`;
}
