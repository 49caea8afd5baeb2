/** One thing the doctor looked at: `advice` says what to do about a remark or a fault. */
export interface Finding {
  topic: string;
  level: "fine" | "remark" | "fault";
  found: string;
  advice: string | null;
}

export const fine = (topic: string, found: string): Finding => ({ topic, level: "fine", found, advice: null });
export const remark = (topic: string, found: string, advice: string): Finding => ({
  topic,
  level: "remark",
  found,
  advice,
});
export const fault = (topic: string, found: string, advice: string): Finding => ({
  topic,
  level: "fault",
  found,
  advice,
});
