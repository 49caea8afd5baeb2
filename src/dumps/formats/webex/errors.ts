import { NightdeskError } from "../../../base/errors";

/** @param place bytes before the break; null where it is the end of the file */
export function brokenPage(path: string, place: number | null): NightdeskError {
  return pageError(
    path,
    "page-json",
    `begins like a page of the Webex Search API, but is no whole JSON: it breaks at ${place === null ? "its end" : `byte ${place}`}`,
    "Download the page again",
  );
}

/** @param what what the file is or holds, as the rest of a sentence */
export function pageError(path: string, code: string, what: string, advice: string): NightdeskError {
  return new NightdeskError(
    code,
    `${path} ${what}. Nothing of it was loaded. Expected a response of the Webex Contact Center Search API with its records. ${advice}.`,
  );
}
