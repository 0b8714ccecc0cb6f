/** Options of the storage modules; the form is that of `engine-options.ts`. */
export const FILE_OPTIONS = `
alternate-destination-marker|String
alternate-target-paths|Path
use-move-for-put|Boolean|false
disable-length-verification|Boolean|false
disable-filename-sanitation|Boolean|false
short-timeout|Timespan|30s
list-timeout|Timespan|10m
read-write-timeout|Timespan|30s`;

export const S3_OPTIONS = `
aws-access-key-id|String||auth-username
aws-secret-access-key|Password||auth-password
s3-storage-class|String|||STANDARD STANDARD_IA ONEZONE_IA GLACIER DEEP_ARCHIVE REDUCED_REDUNDANCY AWS_BACKUP_LOW_COST_WARM AWS_BACKUP_WARM EXPRESS_ONEZONE FSX_ONTAP FSX_OPENZFS GLACIER_IR INTELLIGENT_TIERING OUTPOSTS SNOW
s3-server-name|String|s3.amazonaws.com
s3-location-constraint|String
use-ssl|Boolean|false
s3-client|Enumeration|aws||aws minio
s3-disable-chunk-encoding|Boolean|false
s3-disable-payload-signing|Boolean|false
s3-archive-classes|Flags|DEEP_ARCHIVE,GLACIER,GLACIER_IR,SNOW||STANDARD STANDARD_IA ONEZONE_IA GLACIER DEEP_ARCHIVE REDUCED_REDUNDANCY AWS_BACKUP_LOW_COST_WARM AWS_BACKUP_WARM EXPRESS_ONEZONE FSX_ONTAP FSX_OPENZFS GLACIER_IR INTELLIGENT_TIERING OUTPOSTS SNOW
s3-list-api-version|Enumeration|v1||v1 v2
s3-recursive-list|Boolean|false
s3-lock-mode|Enumeration|Governance||Compliance Governance
s3-authentication-region|String
short-timeout|Timespan|30s
list-timeout|Timespan|10m
read-write-timeout|Timespan|30s
s3-ext-forcepathstyle|Boolean|False
s3-ext-useaccelerateendpoint|Boolean|False
s3-ext-usearnregion|Boolean|False
s3-ext-disables3expresssessionauth|Boolean|False
s3-ext-disablemultiregionaccesspoints|Boolean|False
s3-ext-accountidendpointmode|String|PREFERRED||PREFERRED REQUIRED DISABLED
s3-ext-signaturemethod|String|HmacSHA256||HmacSHA1 HmacSHA256 HmacSHA512
s3-ext-usealternateuseragentheader|Boolean|False
s3-ext-serviceurl|String
s3-ext-usehttp|Boolean|False
s3-ext-authenticationregion|String
s3-ext-authenticationservicename|String|s3
s3-ext-serviceid|String|S3
s3-ext-maxerrorretry|Integer
s3-ext-maxstaleconnectionretries|Integer|10
s3-ext-logresponse|Boolean|False
s3-ext-buffersize|Integer|65536
s3-ext-jsonmaxdepth|Integer|256
s3-ext-resignretries|Boolean|False
s3-ext-allowautoredirect|Boolean|False
s3-ext-logmetrics|Boolean|False
s3-ext-disablelogging|Boolean|False
s3-ext-defaultconfigurationmode|String|||Standard InRegion CrossRegion Mobile Auto
s3-ext-timeout|Timespan
s3-ext-connecttimeout|Timespan
s3-ext-usedualstackendpoint|Boolean|False
s3-ext-usefipsendpoint|Boolean|False
s3-ext-ignoreconfiguredendpointurls|Boolean|False
s3-ext-disablerequestcompression|Boolean|False
s3-ext-clientappid|String
s3-ext-throttleretries|Boolean|True
s3-ext-disablehostprefixinjection|Boolean|False
s3-ext-endpointdiscoveryenabled|Boolean|False
s3-ext-endpointdiscoverycachelimit|Integer|1000
s3-ext-retrymode|String|||Standard Adaptive
s3-ext-fastfailrequests|Boolean|False
s3-ext-cachehttpclient|Boolean|True
s3-ext-httpclientcachesize|Integer|1
s3-ext-requestchecksumcalculation|String|WHEN_SUPPORTED||WHEN_SUPPORTED WHEN_REQUIRED
s3-ext-responsechecksumvalidation|String|WHEN_SUPPORTED||WHEN_SUPPORTED WHEN_REQUIRED
s3-ext-proxyhost|String
s3-ext-proxyport|Integer|0
s3-ext-maxconnectionsperserver|Integer`;

export const SSH_OPTIONS = `
auth-username|String
auth-password|Password
ssh-fingerprint|String
ssh-accept-any-fingerprints|Boolean|false
ssh-keyfile|Path
ssh-key|Password
ssh-operation-timeout|Timespan!|0
ssh-keepalive|Timespan|0
ssh-disable-agent|Boolean|false
ssh-relative-path|Boolean|false
short-timeout|Timespan|30s
list-timeout|Timespan|10m
read-write-timeout|Timespan|30s`;

export const WEBDAV_OPTIONS = `
auth-username|String
auth-password|Password
integrated-authentication|Boolean|false
force-digest-authentication|Boolean|false
debug-propfind-file|Path
use-extended-propfind|Boolean|false
use-legacy-parsing|Boolean|false
use-ssl|Boolean|false
accept-any-ssl-certificate|Boolean|false
accept-specified-ssl-hash|String
ignore-revocation-failure|Boolean|false
short-timeout|Timespan|30s
list-timeout|Timespan|10m
read-write-timeout|Timespan|30s`;

export const RCLONE_OPTIONS = `
rclone-local-repository|String|local
rclone-remote-repository|String|remote
rclone-remote-path|String|backup
rclone-option|String
rclone-executable|String|rclone
short-timeout|Timespan|30s
list-timeout|Timespan|10m`;
