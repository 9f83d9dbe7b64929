import { deflateRawSync } from 'node:zlib';

/** Makes a zip archive as wheels are: deflated, without ZIP64; checksums are left 0. */
export function zip(entries: Readonly<Record<string, Buffer>>, comment = ''): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const packed = deflateRawSync(content);
    const sizes = { name: Buffer.from(name), packed: packed.length, size: content.length };
    const local = Buffer.concat([header(0x04034b50, 30, 18, sizes), sizes.name, packed]);
    const entry = header(0x02014b50, 46, 20, sizes);
    entry.writeUInt32LE(at, 42);
    locals.push(local);
    directory.push(entry, sizes.name);
    at += local.length;
  }
  return Buffer.concat([...locals, ...directory, endRecord(Buffer.concat(directory).length, at, comment)]);
}

function header(
  signature: number,
  length: number,
  sizesAt: number,
  sizes: { name: Buffer; packed: number; size: number },
) {
  const buffer = Buffer.alloc(length);
  buffer.writeUInt32LE(signature, 0);
  buffer.writeUInt16LE(8, sizesAt - 10);
  buffer.writeUInt32LE(sizes.packed, sizesAt);
  buffer.writeUInt32LE(sizes.size, sizesAt + 4);
  buffer.writeUInt16LE(sizes.name.length, sizesAt + 8);
  return buffer;
}

function endRecord(directorySize: number, directoryAt: number, comment: string): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(directorySize, 12);
  end.writeUInt32LE(directoryAt, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([end, Buffer.from(comment)]);
}
