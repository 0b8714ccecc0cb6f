/**
 * Options of Duplicati 2.3.0: `name|type|default|aliases|values`, a `!` behind the type of one that is deprecated. Facts that clients
 * show and scripts use; what each does is the engine's business.
 */
export const ENGINE_OPTIONS = `
dblock-size|Size|50mb|remote-volume-size
auto-cleanup|Boolean|false
control-files|Path
skip-file-hash-checks|Boolean|false
dont-read-manifests|Boolean|false
restore-path|String
time|DateTime|now
version|String
all-versions|Boolean|false
list-prefix-only|Boolean|false
soft-delete-prefix|String
prevent-backend-rename|Boolean|false
list-folder-contents|Boolean|false
list-sets-only|Boolean|false
disable-autocreate-folder|Boolean|false
allow-missing-source|Boolean|false
abort-if-source-missing|Boolean|false
prevent-empty-source|Boolean|false
disable-filetime-check|Boolean|false
check-filetime-only|Boolean|false
disable-time-tolerance|Boolean|false
tempdir|Path|/tmp/
thread-priority|Enumeration!|normal||highest high abovenormal normal belownormal low lowest idle
prefix|String|duplicati
passphrase|Password
new-passphrase|Password
no-encryption|Boolean|false
number-of-retries|Integer|5
retry-delay|Timespan|10s
retry-with-exponential-backoff|Boolean|false
synchronous-upload|Boolean|false
asynchronous-upload-limit|Integer|4|asynchronous-concurrent-upload-limit
asynchronous-upload-folder|Path|/tmp/
disable-streaming-transfers|Boolean|false
throttle-upload|Size|0kb
throttle-download|Size|0kb
throttle-disabled|Boolean|false
throttle-disabled-backends|String
skip-files-larger-than|Size
upload-unchanged-backups|Boolean|false
encryption-module|String|aes
compression-module|String|zip
parity-module|String
enable-module|String
disable-module|String
debug-output|Boolean|false
debug-retry-errors|Boolean|false
log-file|Path
log-file-log-level|Enumeration|Warning||ExplicitOnly Profiling Verbose Retry Information DryRun Warning Error
log-file-log-filter|String
log-file-log-ignore|String
console-log-level|Enumeration|Warning||ExplicitOnly Profiling Verbose Retry Information DryRun Warning Error
console-log-filter|String
console-log-ignore|String
log-level|Enumeration!|Warning||ExplicitOnly Profiling Verbose Retry Information DryRun Warning Error
suppress-warnings|String
log-http-requests|Boolean|false
log-socket-data|Integer|-1
profile-all-database-queries|Boolean|false
long-database-query-threshold|Timespan|30m
store-metadata-content-in-database|Boolean|false
list-verify-uploads|Boolean|false
allow-sleep|Boolean|false
use-background-io-priority|Boolean|false
no-connection-reuse|Boolean|false
quota-size|Size
quota-warning-threshold|Integer|10
quota-disable|Boolean|false
symlink-policy|Enumeration|Store||Store Follow Ignore
hardlink-policy|Enumeration|All||First All None
exclude-files-attributes|Flags|||ReadOnly Hidden System Directory Archive Device Normal Temporary SparseFile ReparsePoint Compressed Offline NotContentIndexed Encrypted IntegrityStream NoScrubData
compression-extension-file|Path|/usr/lib/duplicati/default_compressed_extensions.txt
machine-id|String
machine-name|String|vm
backup-id|String
backup-name|String|Duplicati.Server
next-scheduled-run|String
verbose|Boolean!|false
full-result|Boolean|false|full-results
overwrite|Boolean|false
dbpath|Path
blocksize|Size|1mb
file-read-buffer-size|Size!|0kb
skip-metadata|Boolean|false
restore-permissions|Boolean|false
skip-restore-verification|Boolean|false
disable-filepath-cache|Boolean!|true
changed-files|Path
deleted-files|Path
disable-synthetic-filelist|Boolean|false
threshold|Integer|25
index-file-policy|Enumeration|Full||None Lookup Full
no-backend-verification|Boolean|false
case-insensitive-remote|Boolean|false
backup-test-samples|Integer|1
backup-test-percentage|Decimal|0.1
full-remote-verification|Enumeration|False||True False ListAndIndexes IndexesOnly IndexOnly
dont-replace-faulty-index-files|Boolean|false
dry-run|Boolean|false|dryrun
block-hash-algorithm|Enumeration|SHA256||SHA1 MD5 SHA256 SHA384 SHA512
file-hash-algorithm|Enumeration|SHA256||SHA1 MD5 SHA256 SHA384 SHA512
no-auto-compact|Boolean|false
small-file-size|Size
small-file-max-count|Integer|20
patch-with-local-blocks|Boolean!|false
no-local-db|Boolean|false
dont-compress-restore-paths|Boolean|false
allow-restore-outside-target-directory|Boolean|false
keep-versions|Integer|0
keep-time|Timespan
remote-file-lock-duration|Timespan
retention-policy|String
upload-verification-file|Boolean|false
allow-passphrase-change|Boolean|false
no-local-blocks|Boolean!|false
restore-with-local-blocks|Boolean|false
full-block-verification|Boolean|false
allow-full-removal|Boolean|false
log-retention|Timespan|30D
repair-only-paths|Boolean|false
repair-force-block-use|Boolean|false
repair-ignore-outdated-database|Boolean|false
force-locale|String
force-actual-date|Boolean|false
concurrency-max-threads|Integer|0
concurrency-block-hashers|Integer|1
concurrency-compressors|Integer|1
concurrency-fileprocessors|Integer|1
auto-vacuum|Boolean|false
disable-file-scanner|Boolean|false
disable-filelist-consistency-checks|Boolean|false
disable-on-battery|Boolean|false
exclude-empty-folders|Boolean|false
ignore-filenames|Path|CACHEDIR.TAG
restore-symlink-metadata|Boolean|false
rebuild-missing-dblock-files|Boolean|false
disable-partial-dblock-recovery|Boolean|false
disable-replace-missing-metadata|Boolean|false
reduced-purge-statistics|Boolean|false
repair-refresh-lock-info|Boolean|false
refresh-lock-info-complete|Boolean|false
auto-compact-interval|Timespan|0m
auto-vacuum-interval|Timespan|0m
secret-provider|Password
secret-provider-pattern|String|$
secret-provider-cache|Enumeration|None||None InMemory Persistent
cpu-intensity|Integer|10||1 2 3 4 5 6 7 8 9 10
remote-sync-json-config|String
restore-cache-max|Size|4gb
restore-cache-evict|Integer|50
restore-file-processors|Integer|1
restore-all-files|Enumeration|False||False True Unique
restore-legacy|Boolean|false
restore-preallocate-size|Boolean|false
restore-volume-cache-hint|Size
restore-volume-cache-min-free|Size|1gb
restore-volume-decompressors|Integer|1
restore-volume-decryptors|Integer|1
restore-volume-downloaders|Integer|1
restore-channel-buffer-size|Integer|2
internal-profiling|Boolean|false
ignore-update-if-version-exists|Boolean|false
allow-paths-in-log-messages|Boolean|false
sync-recheck|Boolean|false
sync-then-delete|Boolean|false
sync-verify-hash|Boolean|false
sync-remote-state|Enumeration|UseRemoteState||UseRemoteState UseLocalState BlindlyUpload
snapshot-policy|Enumeration|Off||Auto On Off Required
ignore-advisory-locking|Boolean|false
disable-backup-exclusion-xattr|Boolean|false
report-no-success-after|Timespan|7D`;

export const SERVER_OPTIONS = `
store-task-config|Enumeration|Auto||Auto None Self All SelfWithSecrets AllWithSecrets SelfWithUnencryptedSecrets AllWithUnencryptedSecrets`;
