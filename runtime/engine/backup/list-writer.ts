/** The dlist of a version, out of the local database. */
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { ListEntry, Stream } from '../volumes/file-list.ts';
import type { Manifest } from '../volumes/manifest.ts';

/** Entries of a version as its dlist names them: folders and links, then files. */
export function* listedEntries(
  database: LocalDatabase,
  version: number,
  manifest: Omit<Manifest, 'created'>,
): Generator<ListEntry> {
  const streamOf = streamReader(database, manifest);
  for (const isFile of [0, 1]) {
    const page = database.prepare(
      `SELECT entry.id AS id, type, folder.path || name AS path, content, metadata, modified
       FROM version_entry JOIN entry ON entry.id = version_entry.entry JOIN folder ON folder.id = entry.folder
       WHERE version = ? AND entry.id > ? AND (type = 'File') = ${isFile} ORDER BY entry.id LIMIT 1000`,
    );
    for (let rows = page.all(version, 0); rows.length > 0; rows = page.all(version, rows.at(-1)!.id!)) {
      for (const { type, path, content, metadata, modified } of rows) {
        const common = { path: String(path), ...(metadata === 0 ? {} : { metadata: streamOf(Number(metadata)) }) };
        if (type !== 'File') yield { type: type === 'Folder' ? 'Folder' : 'Symlink', ...common };
        else yield { type: 'File', ...common, time: Number(modified), content: streamOf(Number(content)) };
      }
    }
  }
}

function streamReader(database: LocalDatabase, { blocksize, blockHash, fileHash }: Omit<Manifest, 'created'>) {
  const row = database.prepare('SELECT hash, size FROM stream WHERE id = ?');
  const lists = database.prepare('SELECT hash FROM stream_list WHERE stream = ? ORDER BY position');
  const first = database.prepare(
    'SELECT hash FROM block JOIN stream_block ON stream_block.block = block.id WHERE stream = ? AND position = 0',
  );
  return (id: number): Stream => {
    const { hash, size } = row.get(id) ?? {};
    const stream: Stream = { hash: textOf(hash), size: Number(size) };
    if (stream.size > blocksize) stream.blocklists = lists.all(id).map((list) => textOf(list.hash));
    else if (stream.size > 0 && blockHash !== fileHash) stream.blockhash = textOf(first.get(id)?.hash);
    return stream;
  };
}

function textOf(hash: unknown): string {
  if (!(hash instanceof Uint8Array)) throw new TypeError('a column of bytes holds none');
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('base64');
}
