/**
 * How much one tar file of a base backup may unpack to. Its sentinel is no measure: it can lie, an upload that broke
 * off has none, early ones of WAL-G name no size, and later ones that of the last tar file alone (wal-g#701).
 *
 * WAL-E puts at most 1.5 GiB of files into one (tar_partition.py, PARTITION_MAX_SZ), WAL-G closes one behind the file
 * with which it reaches 1 GiB, and a file of a table has at most 1 GiB. Both can be told otherwise, by a setting or by
 * how PostgreSQL was built, so that a file larger than that is bounded by its own packed bytes: deflate makes at most
 * 1032 of one (zlib.net/zlib_tech.html), lzo and lz4 make 255. Only zstd and brotli make more of equal bytes.
 */
const ALWAYS = 4 * 2 ** 30;
const RATIO = 1032;

/** Both in bytes; headers and filling are counted too. */
export const mostUnpacked = (packed: number): number => Math.max(ALWAYS, RATIO * packed);
