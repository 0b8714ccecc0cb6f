import type { ReadOptions } from '../options/options.ts';
import { StorageError } from '../storage.ts';
import type { S3_OPTIONS } from './options.ts';

export interface Endpoint {
  /** Host to connect to. */
  connect: string;
  port: number;
  /** What the `Host` header says. */
  hostHeader: string;
  isEncrypted: boolean;
  /** Path of the bucket: `/bucket`, or nothing where it is in the host's name. */
  root: string;
  region: string;
}

/** Where a bucket is, from Duplicati's options. @throws StorageError */
export function readEndpoint(bucket: string, given: ReadOptions<keyof typeof S3_OPTIONS>): Endpoint {
  const constraint = given.text('s3-location-constraint');
  const named = given.text('s3-server-name') ?? 's3.amazonaws.com';
  const isDefault = named.toLowerCase() === 's3.amazonaws.com';
  const place = /^EU$/i.test(constraint ?? '') ? 'eu-west-1' : constraint;
  const [, scheme, authority = '', rest = ''] =
    /^(?:(https?):\/\/)?([^/\\?#]+)(.*)$/i.exec(isDefault && place ? `s3.${place}.amazonaws.com` : named.trim()) ?? [];
  if (authority === '' || /[^/\\]/.test(rest))
    throw new StorageError(
      'invalid',
      `--s3-server-name=${named} is no server; it has no path, such as s3.example.com:9000`,
    );
  const [, bracketed, plain = '', port] = /^(?:\[([0-9A-Fa-f:]+)\]|([^:[\]@]+))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const host = (bracketed ?? plain).toLowerCase();
  if (host === '') throw new StorageError('invalid', `--s3-server-name=${named} is no server`);
  const isAmazon = host.endsWith('.amazonaws.com') || host.endsWith('.amazonaws.com.cn');
  // A name with dots has no certificate below the server's.
  const isInPath =
    given.flag('s3-ext-forcepathstyle') || !isAmazon || !/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);
  const isEncrypted = given.flag('use-ssl') || scheme?.toLowerCase() === 'https';
  const connect = isInPath ? host : `${bucket}.${host}`;
  const shown = connect.includes(':') ? `[${connect}]` : connect;
  return {
    connect,
    port: port === undefined ? (isEncrypted ? 443 : 80) : Number(port),
    hostHeader: port === undefined ? shown : `${shown}:${port}`,
    isEncrypted,
    root: isInPath ? `/${encodeURIComponent(bucket)}` : '',
    region:
      given.text('s3-authentication-region') ??
      given.text('s3-ext-authenticationregion') ??
      place ??
      /(?:^|\.)s3[.-]([a-z]{2,}-[a-z0-9-]+)\.amazonaws\./.exec(host)?.[1] ??
      'us-east-1',
  };
}
