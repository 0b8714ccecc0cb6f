import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** What wixl packs a tree by: every file in a component of its own, one feature, one cabinet inside. It takes paths from the folder above. */
export async function wixOf(tree: string): Promise<string> {
  const references: string[] = [];
  async function listFolder(folder: string): Promise<string> {
    const parts: string[] = [];
    const items = await readdir(folder, { withFileTypes: true });
    for (const item of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const place = path.join(folder, item.name);
      if (item.isDirectory()) {
        const inner = await listFolder(place);
        parts.push(`<Directory Id="d${references.length}_${parts.length}" Name="${item.name}">${inner}</Directory>`);
        continue;
      }
      const number = references.length;
      const guid = `21111111-2222-3333-4444-${String(number).padStart(12, '0')}`;
      references.push(`<ComponentRef Id="c${number}"/>`);
      const file = `<File Id="f${number}" Name="${item.name}" Source="${path.relative(path.dirname(tree), place)}" KeyPath="yes"/>`;
      parts.push(`<Component Id="c${number}" Guid="${guid}" Win64="yes">${file}</Component>`);
    }
    return parts.join('\n');
  }
  const files = await listFolder(tree);
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="*" Name="Bench" Manufacturer="Bench" Version="1.0.0" Language="1033" UpgradeCode="6E2C1A40-2222-4B2E-9C01-0123456789AB">
<Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"/>
<Media Id="1" Cabinet="bench.cab" EmbedCab="yes"/>
<Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFiles64Folder"><Directory Id="INSTALLDIR" Name="Bench">
${files}
</Directory></Directory></Directory>
<Feature Id="Main" Level="1">${references.join('')}</Feature>
</Product>
</Wix>
`;
}
