import test from 'ava';
import { bannerPicture, informationIcon, sidePicture } from '../../../installers/msi/dialogs/pictures.ts';

for (const [name, picture, width, height] of [
  ['banner', bannerPicture(), 494, 59],
  ['side', sidePicture(), 163, 312],
] as const) {
  test(`the picture for the ${name} is a bitmap of ${width} x ${height} whose sizes agree`, (t) => {
    t.is(picture.toString('latin1', 0, 2), 'BM');
    t.is(picture.readUInt32LE(2), picture.length);
    t.is(picture.readUInt32LE(10), 54 + 1024);
    t.deepEqual([picture.readInt32LE(18), picture.readInt32LE(22), picture.readUInt16LE(28)], [width, height, 8]);
    t.is(picture.length, 54 + 1024 + Math.ceil(width / 4) * 4 * height);
  });
}

test('the banner is light where the text is', (t) => {
  const banner = bannerPicture();
  for (let y = 0; y < 59; y++) t.true((banner[54 + 1024 + y * 496 + 100] ?? 0) > 240);
});

test('the icon is 32 x 32 with transparent corners', (t) => {
  const icon = informationIcon();
  t.deepEqual([...icon.subarray(0, 8)], [0, 0, 1, 0, 1, 0, 32, 32]);
  t.is(icon.length, icon.readUInt32LE(14) + icon.readUInt32LE(18));
  t.deepEqual([icon.readInt32LE(26), icon.readInt32LE(30)], [32, 64]);
  t.is(icon[22 + 40 + 3], 0);
});
