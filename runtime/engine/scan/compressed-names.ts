/** Endings of names whose contents are compressed already: trying again costs time and saves nothing. */
const ENDINGS = new Set(
  `7z aac ace alz apk appx arj arw avi avif br bz2 cab cbr cbz cr2 cr3 crx deb divx docm docx dotx epub f4v flac flv gif gz heic heif jar jp2 jpeg jpg jxl
  lha lz lz4 lzma lzo m2ts m4a m4b m4p m4v mkv mov mp3 mp4 mpeg mpg mts nef nupkg odp ods odt ogg ogm ogv opus orf pack png pptm pptx rar rpm rw2 sfx
  snappy svgz swf sz tbz tgz tlz ts txz vob war webm webp whl wma wmv woff woff2 xapk xlsm xlsx xpi xz z zip zipx zst`.split(
    /\s+/,
  ),
);

export function isCompressedName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && ENDINGS.has(name.slice(dot + 1).toLowerCase());
}
