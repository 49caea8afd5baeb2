/** What loading one file came to. Counts are of events; `read` also counts other elements of a page. */
export interface FileReceipt {
  file: string;
  name: string;
  sha256: string | null;
  format: string | null;
  status: "loaded" | "known" | "skipped" | "failed";
  read: number;
  new: number;
  duplicate: number;
  revised: number;
  rejected: number;
  truncated: number;
  error: { code: string; message: string; can_retry: boolean } | null;
}

export interface LoadReceipt {
  files: FileReceipt[];
  read: number;
  new: number;
  duplicate: number;
  revised: number;
  rejected: number;
  truncated: number;
}

export function emptyReceipt(file: string, name: string): FileReceipt {
  const counts = { read: 0, new: 0, duplicate: 0, revised: 0, rejected: 0, truncated: 0 };
  return { file, name, sha256: null, format: null, status: "loaded", ...counts, error: null };
}

export function sumReceipts(files: FileReceipt[]): LoadReceipt {
  const sum = (count: "read" | "new" | "duplicate" | "revised" | "rejected" | "truncated"): number =>
    files.reduce((total, file) => total + file[count], 0);
  return {
    files,
    read: sum("read"),
    new: sum("new"),
    duplicate: sum("duplicate"),
    revised: sum("revised"),
    rejected: sum("rejected"),
    truncated: sum("truncated"),
  };
}
