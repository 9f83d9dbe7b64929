import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  readonly localHeader: number;
}

// Signatures, fixed sizes and fields are those of the ZIP file format specification (APPNOTE.TXT), 4.3.
const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const DEFLATED = 8;

/**
 * Unpacks the one entry whose path ends in `suffix` to the file `target`, streaming. Reads what wheels are made of:
 * deflated entries, no ZIP64, no encryption.
 *
 * @throws Error if there is not exactly one such entry, or the file is no such zip.
 */
export async function unzipEntry(zip: string, suffix: string, target: string): Promise<void> {
  const file = await open(zip);
  try {
    const found = (await readEntries(file)).filter(({ name }) => name.endsWith(suffix));
    const [entry] = found;
    if (entry === undefined || found.length > 1)
      throw new Error(`${zip} has ${found.length} entries *${suffix}, not 1`);
    await unpack(file, entry, target);
  } finally {
    await file.close();
  }
}

async function unpack(file: FileHandle, entry: ZipEntry, target: string): Promise<void> {
  if (entry.method !== DEFLATED) throw new Error(`${entry.name} is packed by method ${entry.method}, not deflated (8)`);
  const local = await readAt(file, entry.localHeader, LOCAL_SIZE);
  const start = entry.localHeader + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = file.createReadStream({ start, end: start + entry.packedSize - 1, autoClose: false });
  const output = createWriteStream(target, { flags: 'wx' });
  await pipeline(packed, createInflateRaw(), output);
  if (output.bytesWritten !== entry.size) {
    throw new Error(`${entry.name} unpacks to ${output.bytesWritten} bytes, not ${entry.size}`);
  }
}

async function readEntries(file: FileHandle): Promise<ZipEntry[]> {
  const { size } = await file.stat();
  const tailStart = Math.max(0, size - END_SIZE - MAX_COMMENT);
  const tail = await readAt(file, tailStart, size - tailStart);
  const end = lastEndRecord(tail);
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  return [...parseEntries(directory)];
}

function lastEndRecord(tail: Buffer): number {
  for (let at = tail.length - END_SIZE; at >= 0; at--) if (tail.readUInt32LE(at) === END_SIGNATURE) return at;
  throw new Error('not a zip file: no end record');
}

function* parseEntries(directory: Buffer): Generator<ZipEntry> {
  let at = 0;
  while (at + ENTRY_SIZE <= directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE) {
    const nameLength = directory.readUInt16LE(at + 28);
    yield {
      name: directory.toString('utf8', at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength),
      method: directory.readUInt16LE(at + 10),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      localHeader: directory.readUInt32LE(at + 42),
    };
    at += ENTRY_SIZE + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error('not a zip file: cut short');
  return buffer;
}
