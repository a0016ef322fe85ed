/** Numbers as people read them, the same in every locale. @module */

/** "1,234,567". */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 epoch", "1,200 epochs". */
export function formatMany(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** A share in [0, 1] as "82.3%". */
export function formatPercent(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)}%`;
}

/** A value with so many decimals, or as "2e-5" where that would be long. */
export function formatDecimals(value: number, decimals: number): string {
  if (value === 0) return "0";
  if (decimals > 4) return value.toExponential().replace(/(\.\d\d)\d+/, "$1");
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const sign = value < 0 ? "−" : "";
  const grouped = formatCount(Number(whole));
  return sign + (fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** A value with three digits, or as many as it has before its point: "0.0123", "12.3", "1,234". */
export function formatQuantity(value: number): string {
  const [, exponent] = value.toExponential(2).split("e");
  return formatDecimals(value, Math.max(0, 2 - Number(exponent)));
}

/** "812 B", "4.2 kB", "12.3 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** "8.4 s", "2 min 5 s", "1 h 12 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The text with a capital at its start. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** At most `length` characters, the last of them an ellipsis where some are missing. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  return characters.slice(0, length - 1).join("") + "…";
}
