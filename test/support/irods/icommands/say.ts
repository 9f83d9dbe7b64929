/** A line as the icommands log it. */
export function said(level: 'ERROR' | 'NOTICE', text: string): void {
  process.stderr.write(`remote addresses: 127.0.0.1 ${level}: ${text}\n`);
}

/** What lies on the server's error stack. */
export function stacked(text: string): void {
  process.stdout.write(`Level 0: ${text}\n`);
}
