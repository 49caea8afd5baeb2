/** The languages reports and mails are written in; what nobody chose is English. */
export const LANGUAGES = ["en", "ko"] as const;

export type Language = (typeof LANGUAGES)[number];
