import test from 'ava';
import { findAccessProblem, findReplaceProblem, trustedAccounts } from '../../../runtime/windows/access.ts';
import { privateFolderSddl, readDescriptor } from '../../../runtime/windows/security-descriptor.ts';
import { ADMINISTRATORS, describeSid, SYSTEM, serviceSid, TRUSTED_INSTALLER } from '../../../runtime/windows/sid.ts';
import { descriptorBytes, type Entry, FULL, HANDED_DOWN, ME, MODIFY, READ, USERS } from './descriptors.ts';

const trusted = trustedAccounts([ME]);
const everyone = 'S-1-1-0';
const tight: Entry[] = [
  { sid: SYSTEM, mask: FULL },
  { sid: ADMINISTRATORS, mask: FULL },
  { sid: ME, mask: FULL },
];
const judge = (owner: string, dacl: readonly Entry[] | undefined) =>
  findAccessProblem(readDescriptor(descriptorBytes(owner, dacl)), trusted);
const judgeAbove = (owner: string, dacl: readonly Entry[] | undefined, isRoot = false) =>
  findReplaceProblem(readDescriptor(descriptorBytes(owner, dacl)), trusted, describeSid, isRoot);

test('the SID of a service comes from its name, as that of TrustedInstaller does', (t) => {
  t.is(serviceSid('TrustedInstaller'), TRUSTED_INSTALLER);
  t.is(serviceSid('TRUSTEDINSTALLER'), TRUSTED_INSTALLER);
  t.is(describeSid(USERS), 'Users (S-1-5-32-545)');
  t.is(describeSid(ME), ME);
});

test('a descriptor is read as it was given', (t) => {
  const dacl = [...tight, { sid: USERS, mask: READ, flags: HANDED_DOWN }, { sid: everyone, mask: 2, type: 1 }];
  const { owner, dacl: read } = readDescriptor(descriptorBytes(ME, dacl));
  t.is(owner, ME);
  t.deepEqual(read?.[3], { kind: 'allow', mask: READ, sid: USERS, inheritOnly: true });
  t.deepEqual(read?.[4], { kind: 'deny', mask: 2, sid: everyone, inheritOnly: false });
  t.is(readDescriptor(descriptorBytes(ME, undefined)).dacl, undefined);
});

test('a descriptor that is cut off or malformed is an error at every length', (t) => {
  const whole = descriptorBytes(ME, tight);
  for (let length = 0; length < whole.length; length++) {
    t.throws(() => readDescriptor(whole.subarray(0, length)), { instanceOf: RangeError }, String(length));
  }
  const endless = Buffer.from(whole);
  endless.writeUInt16LE(0, whole.readUInt32LE(16) + 8 + 2);
  t.throws(() => readDescriptor(endless), { message: /without a body/ });
});

test('what SYSTEM, Administrators and we alone can use is good', (t) => {
  t.is(judge(ME, tight), undefined);
  t.is(judge(SYSTEM, tight), undefined);
  t.is(judge(ADMINISTRATORS, []), undefined);
});

test('any right of anybody else is found and named, also one that is only handed down', (t) => {
  t.is(judge(ME, [...tight, { sid: USERS, mask: READ }]), 'Users (S-1-5-32-545) can read it');
  t.is(judge(ME, [...tight, { sid: USERS, mask: MODIFY }]), 'Users (S-1-5-32-545) can change it');
  t.is(judge(ME, [{ sid: everyone, mask: 4, flags: HANDED_DOWN }]), 'Everyone (S-1-1-0) can change it');
  t.is(judge(ME, [{ sid: everyone, mask: READ, type: 9 }]), 'Everyone (S-1-1-0) can read it');
  t.regex(judge(ME, [{ sid: everyone, mask: 0, type: 5 }]) ?? '', /of an unknown form can change it/);
});

test('an entry that refuses is no grant, and does not make a grant good', (t) => {
  t.is(judge(ME, [{ sid: everyone, mask: FULL, type: 1 }, ...tight]), undefined);
  t.truthy(
    judge(ME, [
      { sid: USERS, mask: FULL, type: 1 },
      { sid: USERS, mask: READ },
    ]),
  );
});

test('another owner and a missing list are found', (t) => {
  t.is(judge(USERS, tight), 'it belongs to Users (S-1-5-32-545)');
  t.regex(judge(ME, undefined) ?? '', /no access control list/);
  t.regex(judgeAbove(ME, undefined) ?? '', /no access control list/);
});

test('ProgramData as Windows makes it is good as a folder above: users may add to it, not replace what is there', (t) => {
  const programData: Entry[] = [
    { sid: SYSTEM, mask: FULL },
    { sid: ADMINISTRATORS, mask: FULL },
    { sid: 'S-1-3-0', mask: 0x10000000, flags: HANDED_DOWN },
    { sid: USERS, mask: READ },
    { sid: USERS, mask: 0x116, flags: 0x02 },
  ];
  t.is(judgeAbove(SYSTEM, programData), undefined);
  t.truthy(judge(SYSTEM, programData));
});

test('a folder above in which others may delete or change rights is found', (t) => {
  for (const mask of [FULL, 0x40, 0x10000, 0x40000, 0x80000, 0x10000000]) {
    t.regex(judgeAbove(SYSTEM, [{ sid: USERS, mask }]) ?? '', /can be changed by Users/);
    t.is(judgeAbove(SYSTEM, [{ sid: USERS, mask, flags: HANDED_DOWN }]), undefined);
  }
  t.regex(judgeAbove(USERS, tight) ?? '', /belongs to Users/);
});

test('the root of a second volume is good, although everybody may delete it: it cannot be', (t) => {
  t.is(judgeAbove(SYSTEM, [{ sid: 'S-1-5-11', mask: MODIFY }], true), undefined);
  t.truthy(judgeAbove(SYSTEM, [{ sid: 'S-1-5-11', mask: MODIFY }], false));
});

test('the security of our folders names SYSTEM, Administrators and our accounts, once each', (t) => {
  t.is(privateFolderSddl([SYSTEM]), 'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)');
  t.is(privateFolderSddl([ME, ADMINISTRATORS, ME]), `D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${ME})`);
});
