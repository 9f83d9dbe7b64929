/** Short names of types beside the second halves of their media types, which need no entry: `png` is `image/png` anyhow. */
const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  '7z': ['application/x-7z-compressed'],
  apk: ['application/vnd.android.package-archive'],
  bz2: ['application/x-bzip2', 'application/x-bzip'],
  bzip: ['application/x-bzip2', 'application/x-bzip'],
  deb: ['application/x-deb', 'application/vnd.debian.binary-package'],
  dex: ['application/vnd.android.dex', 'application/x-dex'],
  dmg: ['application/x-apple-diskimage'],
  doc: ['application/msword'],
  docx: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  elf: [
    'application/x-elf',
    'application/x-executable',
    'application/x-sharedlib',
    'application/x-pie-executable',
    'application/x-object',
  ],
  exe: ['application/x-msdownload', 'application/x-dosexec', 'application/vnd.microsoft.portable-executable'],
  gz: ['application/gzip', 'application/x-gzip'],
  jar: ['application/java-archive', 'application/x-java-archive'],
  jpg: ['image/jpeg'],
  lzma: ['application/x-lzma', 'application/x-xz'],
  macho: ['application/x-mach-binary', 'application/x-mach-o'],
  pe: ['application/x-msdownload', 'application/x-dosexec', 'application/vnd.microsoft.portable-executable'],
  ppt: ['application/vnd.ms-powerpoint'],
  pptx: ['application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  rar: ['application/x-rar-compressed', 'application/vnd.rar'],
  squashfs: ['application/x-squashfs', 'application/vnd.squashfs'],
  text: ['text/plain'],
  tif: ['image/tiff'],
  txt: ['text/plain'],
  xls: ['application/vnd.ms-excel'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  zst: ['application/zstd'],
};

const namesByMediaType = new Map<string, string[]>();
for (const [name, mediaTypes] of Object.entries(SHORT_NAMES)) {
  for (const mediaType of mediaTypes)
    namesByMediaType.set(mediaType, [...(namesByMediaType.get(mediaType) ?? []), name]);
}

/**
 * All names that a media type goes by, itself first: its second half, that without `x-`, and the short names that people use
 * (`apk` for `application/vnd.android.package-archive`). In lower case, without parameters such as `charset`.
 */
export function namesOf(mediaType: string): readonly string[] {
  const whole = plainMediaType(mediaType);
  const half = whole.slice(whole.indexOf('/') + 1);
  return [...new Set([whole, half, half.replace(/^x-/, ''), ...(namesByMediaType.get(whole) ?? [])])];
}

/** A media type in lower case, without its parameters. */
export function plainMediaType(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}
