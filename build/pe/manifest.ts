/** The application manifest (RT_MANIFEST): how Windows is to treat the program. */
import { LANGUAGE, type Resource } from './resource-tree.ts';

/** Windows 10 and 11 and their servers. */
const WINDOWS_10 = '{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}';

const MANIFEST = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application>
      <supportedOS Id="${WINDOWS_10}"/>
    </application>
  </compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
    </windowsSettings>
  </application>
</assembly>
`;

/** Never asks for more rights than its caller's, takes long paths, speaks UTF-8, and is not lied to about the version of Windows. */
export function manifestResource(): Resource {
  return { type: 24, name: 1, language: LANGUAGE, data: Buffer.from(MANIFEST, 'utf8') };
}
