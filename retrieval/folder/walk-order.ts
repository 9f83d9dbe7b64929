/** Whether folder `a` is walked before folder `b`: parents first, then by name. Paths are relative to one root. */
export function comesBefore(a: string, b: string): boolean {
  const [left, right] = [parts(a), parts(b)];
  for (const [index, name] of left.entries()) {
    const other = right[index];
    if (other === undefined) return false;
    if (name !== other) return name < other;
  }
  return left.length < right.length;
}

/** Whether `inner` is `folder` itself or lies below it. */
export function isWithin(folder: string, inner: string): boolean {
  return folder === '' || inner === folder || inner.startsWith(`${folder}/`);
}

function parts(path: string): string[] {
  return path === '' ? [] : path.split('/');
}
