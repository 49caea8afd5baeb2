import { basename } from "node:path";
import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { messageOf, NightdeskError } from "../../base/errors";
import type { S3Source } from "../../base/sources";
import { saveBody, tooLarge } from "./http-request";
import { byteTick, datedNameIn, type Errand, isOfDay, type Look, type Offer, withDay } from "./offer";
import { askedPauseMs, PassingError, patiently, withRetries } from "./retry";
import { filled } from "./secrets";

/** A store with more objects under one prefix wants a prefix with the day in it. */
const MOST_OBJECTS = 100_000;

interface Found {
  key: string;
  byte_count: number;
  mark: string;
}

/** The dumps of a day in an S3-compatible store. */
export async function lookIntoBucket(errand: Errand<S3Source>): Promise<Look> {
  const { source, day, fetching } = errand;
  const client = await openClient(errand);
  try {
    const found = await withRetries(fetching, source.attempts, () => list(client, errand));
    const offers = found
      .filter(
        ({ key }) =>
          fetching.is_dump(basename(key)) && (source.prefix.includes("{day}") || isOfDay(basename(key), day)),
      )
      .map((object) => offerOf(errand, client, object));
    return { files: [], byte_count: 0, offers, absent: [], close: async () => client.destroy() };
  } catch (error) {
    client.destroy();
    throw error;
  }
}

/** Loaded only where a store is asked: the client is large. */
async function openClient({ source, fetching }: Pick<Errand<S3Source>, "source" | "fetching">): Promise<S3Client> {
  // What it says on standard error about Node's age is for who installs, and not for every night.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const sdk = await import("@aws-sdk/client-s3");
  return new sdk.S3Client({
    region: source.region,
    forcePathStyle: source.is_path_style,
    maxAttempts: 1,
    // Stores that only resemble Amazon's know nothing of its newer checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      requestTimeout: source.timeout_ms,
      connectionTimeout: source.timeout_ms,
      socketTimeout: source.timeout_ms,
    },
    ...credentialsOf({ source, fetching }),
    ...(source.endpoint === null ? {} : { endpoint: source.endpoint }),
  });
}

/** Without keys of its own a source is signed in as the environment, the profile or the machine's role says. */
function credentialsOf({ source, fetching }: Pick<Errand<S3Source>, "source" | "fetching">): object {
  if (source.access_key_id === null || source.secret_access_key === null) return {};
  const accessKeyId = filled(source.access_key_id, source, fetching);
  return { credentials: { accessKeyId, secretAccessKey: filled(source.secret_access_key, source, fetching) } };
}

async function list(client: S3Client, errand: Errand<S3Source>): Promise<Found[]> {
  const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const { source, day, fetching } = errand;
  const prefix = withDay(source.prefix, day);
  const found: Found[] = [];
  let token: string | undefined;
  do {
    const page = await client
      .send(
        new ListObjectsV2Command({
          Bucket: source.bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      .catch((error: unknown) => {
        throw explained(error, `${source.bucket}/${prefix}`, source, fetching.now());
      });
    for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
      if (Key !== undefined)
        found.push({ key: Key, byte_count: Size ?? 0, mark: ETag ?? `${Size}-${LastModified?.getTime()}` });
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    if (found.length > MOST_OBJECTS) throw tooMany(source, prefix);
  } while (token !== undefined);
  return found;
}

function offerOf(errand: Errand<S3Source>, client: S3Client, { key, byte_count, mark }: Found): Offer {
  const { source, day, fetching } = errand;
  const shown = `${source.bucket}/${key}`;
  const name = datedNameIn(source.prefix, basename(key), day);
  return {
    place: key,
    name,
    fetch: async (part, held) => {
      if (held === mark) return { status: "unchanged" };
      if (byte_count > source.largest_bytes) throw tooLarge(shown, source.largest_bytes);
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const answer: GetObjectCommandOutput = await client
        .send(new GetObjectCommand({ Bucket: source.bucket, Key: key }))
        .catch((error: unknown) => {
          throw explained(error, shown, source, fetching.now());
        });
      try {
        const limit = { shown, largest_bytes: source.largest_bytes };
        const chunks = heard(answer.Body as AsyncIterable<Uint8Array>, source.timeout_ms, shown);
        await saveBody(chunks, part, limit, byteTick(errand, name));
      } catch (error) {
        throw explained(error, shown, source, fetching.now());
      }
      return { status: "taken", mark };
    },
  };
}

/** A body that does not stay silent for too long. */
async function* heard(chunks: AsyncIterable<Uint8Array>, timeoutMs: number, shown: string): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await patiently(iterator.next(), timeoutMs, shown);
    if (next.done === true) return;
    yield next.value;
  }
}

interface SdkError {
  name?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

function explained(error: unknown, shown: string, source: S3Source, nowMs: number): NightdeskError {
  if (error instanceof NightdeskError) return error;
  const { name, $metadata, $response } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  if (status === 401 || status === 403 || name === "CredentialsProviderError") {
    return new NightdeskError(
      "source-refused",
      `${shown} refuses the key of the source ${source.name} (${name ?? "HTTP"} ${status ?? "before it was asked"}). Expected the right to list and read. Correct ${source.access_key_id ?? "AWS_ACCESS_KEY_ID"} and ${source.secret_access_key ?? "AWS_SECRET_ACCESS_KEY"}, or the rights of that key.`,
    );
  }
  if (status === 404 || status === 301 || status === 400) {
    return new NightdeskError(
      "source-answer",
      `${shown} cannot be read (${name ?? "HTTP"} ${status}: ${messageOf(error)}). Expected a bucket of that name. Correct "bucket", "region" and "endpoint" of the source ${source.name}.`,
      { canRetry: true },
    );
  }
  const wait = askedPauseMs($response?.headers?.["retry-after"] ?? null, nowMs);
  return new PassingError(
    "source-busy",
    `${shown} cannot be read: ${status === undefined ? "" : `HTTP ${status}, `}${messageOf(error)}. Expected an answer.`,
    {
      retryAfterMs: wait,
      isThrottled: wait !== null || status === 429 || name === "SlowDown",
      cause: error,
    },
  );
}

function tooMany(source: S3Source, prefix: string): NightdeskError {
  return new NightdeskError(
    "source-too-many",
    `${source.bucket}/${prefix} holds more than ${MOST_OBJECTS.toLocaleString("en-US")} objects. Expected fewer. Put {day} into "prefix" of the source ${source.name}.`,
  );
}
