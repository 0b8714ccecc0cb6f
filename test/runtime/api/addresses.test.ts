import test from 'ava';
import { openServer } from './open-server.ts';

/** Every address of the API of Duplicati's server (2026-08). */
const THEIRS = `
GET acknowledgements backup/{} backup/{}/export backup/{}/export-argsonly backup/{}/export-cmdline backup/{}/files backup/{}/filesets
  backup/{}/isactive backup/{}/isdbusedelsewhere backup/{}/log backup/{}/remotelog backupdefaults backups bugreport/{} changelog commandline
  commandline/{} folderstatus folderstatus/{} licenses logdata/crashlog logdata/log logdata/poll notification/{} notifications progressstate
  remotecontrol/status serversetting/{} serversettings serverstate systeminfo systeminfo/filtergroups task/{} tasks uisettings uisettings/{}
  webmodules
POST auth/issue-forever-token auth/issuesignintoken auth/issuetoken/{} auth/login auth/refresh auth/refresh/logout auth/signin auth/status
  backup/{}/compact backup/{}/copytotemp backup/{}/createreport backup/{}/deletedb backup/{}/importfromtemp backup/{}/movedb backup/{}/repair
  backup/{}/repairupdate backup/{}/report-remote-size backup/{}/restore backup/{}/restore-task-config backup/{}/run backup/{}/start
  backup/{}/updatedb backup/{}/vacuum backup/{}/verify backups backups/import commandline commandline/{}/abort filesystem filesystem/validate
  remotecontrol/disable remotecontrol/enable remotecontrol/register remotecontrol/register/wait remoteoperation/create remoteoperation/dbpath
  remoteoperation/test serverstate/pause serverstate/resume task/{}/abort task/{}/stop uisettings updates/check webmodule/{}
PUT backup/{} serversetting/{}
PATCH serversettings uisettings/{}
DELETE backup/{} notification/{} remotecontrol/register remotecontrol/registration`;
const THEIR_SECOND = `
GET connection-string/{} connection-strings
POST backup/delete-versions backup/list-broken-files backup/list-filesets backup/list-folder backup/list-versions
  backup/purge-broken-files backup/search connection-string/{}/update-backups connection-strings destination/list destination/test
  filesystem/test-filter system/temp-disk-space
PUT connection-string/{}
DELETE connection-string/{}`;

function readAddresses(text: string, version: string): string[] {
  return text
    .trim()
    .split(/\n(?=[A-Z])/)
    .flatMap((line) => {
      const [method, ...paths] = line.split(/\s+/);
      return paths.map((one) => `${method} /api/${version}/${one}`);
    });
}

test("every address of Duplicati's API is there", async (t) => {
  const { call } = await openServer(t);
  const { paths } = (await call('GET', 'v1/openapi.json')).body as { paths: Record<string, object> }; // an OpenAPI document
  const ours = new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, '{}')}`),
    ),
  );
  const theirs = [...readAddresses(THEIRS, 'v1'), ...readAddresses(THEIR_SECOND, 'v2')];
  t.is(theirs.length, 106);
  t.deepEqual(
    theirs.filter((one) => !ours.has(one)),
    [],
  );
});
