import { NightdeskError } from "../../../base/errors";
import type { WebexSource } from "../../../base/sources";
import { send, textOf } from "../http-request";
import type { Errand } from "../offer";
import { PassingError } from "../retry";
import { filled } from "../secrets";

/**
 * The access token of a source: the one in the environment, or one that is fetched for it, since those of an integration
 * run out after days and those of a person after hours.
 *
 * @throws PassingError where asking again may help, which is left to the request it is for
 * @throws NightdeskError `source-refused` where none is given, `source-secret` where a variable is not set
 */
export async function accessToken(errand: Errand<WebexSource>): Promise<string> {
  const { source, fetching } = errand;
  if (source.refresh === null) return filled(source.token ?? "", source, fetching).replace(/^Bearer\s+/i, "");
  return await fetchToken(errand, source.refresh);
}

type Refresh = NonNullable<WebexSource["refresh"]>;

const LARGEST_ANSWER_BYTES = 1024 * 1024;

async function fetchToken({ source, fetching }: Errand<WebexSource>, refresh: Refresh): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: filled(refresh.client_id, source, fetching),
    client_secret: filled(refresh.client_secret, source, fetching),
    refresh_token: filled(refresh.refresh_token, source, fetching),
  });
  const answer = await send({
    method: "POST",
    url: refresh.url,
    shown: refresh.url,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: form.toString(),
    timeout_ms: source.timeout_ms,
    now: fetching.now,
  });
  if (answer.status !== 200) {
    answer.drop();
    throw new NightdeskError(
      "source-refused",
      `${refresh.url} gives no access token to the source ${source.name} (HTTP ${answer.status}). Expected 200. Correct ${refresh.client_id}, ${refresh.client_secret} or ${refresh.refresh_token}; a refresh token that was not used for 90 days has to be authorised anew.`,
    );
  }
  const token = tokenIn(await textOf(answer.chunks, { shown: refresh.url, largest_bytes: LARGEST_ANSWER_BYTES }));
  if (token !== null) return token;
  throw new PassingError("webex-no-json", `${refresh.url} answered 200 without an access_token. Expected one.`);
}

function tokenIn(text: string): string | null {
  try {
    const { access_token } = JSON.parse(text) as { access_token?: unknown };
    return typeof access_token === "string" && access_token !== "" ? access_token : null;
  } catch {
    return null;
  }
}
