/** Standard actions of Windows Installer 5.0 and where they may stand ("Standard Actions Reference", "Sequence Restrictions" of each). */

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Actions that change the machine through the script: ICE27's section Execution, from InstallValidate to InstallFinalize. */
export const SCRIPT_ACTIONS: ReadonlySet<string> = new Set(
  words(`AllocateRegistrySpace ProcessComponents UnpublishComponents UnpublishFeatures MsiUnpublishAssemblies StopServices DeleteServices
  UnregisterComPlus SelfUnregModules UnregisterTypeLibraries RemoveODBC UnregisterFonts RemoveRegistryValues UnregisterClassInfo
  UnregisterExtensionInfo UnregisterProgIdInfo UnregisterMIMEInfo RemoveIniValues RemoveShortcuts RemoveEnvironmentStrings
  RemoveDuplicateFiles RemoveFiles RemoveFolders CreateFolders MoveFiles InstallFiles InstallAdminPackage InstallSFPCatalogFile PatchFiles
  DuplicateFiles BindImage CreateShortcuts RegisterClassInfo RegisterExtensionInfo RegisterProgIdInfo RegisterMIMEInfo
  WriteRegistryValues WriteIniValues WriteEnvironmentStrings RegisterFonts InstallODBC RegisterTypeLibraries SelfRegModules
  RegisterComPlus InstallServices MsiConfigureServices StartServices RegisterUser RegisterProduct PublishComponents
  MsiPublishAssemblies PublishFeatures PublishProduct`),
);

export const STANDARD_ACTIONS: ReadonlySet<string> = new Set([
  ...SCRIPT_ACTIONS,
  ...words(`ADMIN ADVERTISE AppSearch CCPSearch CostFinalize CostInitialize DisableRollback ExecuteAction FileCost FindRelatedProducts
  ForceReboot INSTALL InstallExecute InstallExecuteAgain InstallFinalize InstallInitialize InstallValidate IsolateComponents
  LaunchConditions MigrateFeatureStates RemoveExistingProducts ResolveSource RMCCPSearch ScheduleReboot SEQUENCE SetODBCFolders
  ValidateProductID`),
]);

/** One before each of the others. */
const BEFORE = [
  'CostInitialize: FileCost CostFinalize IsolateComponents ResolveSource',
  'FileCost: CostFinalize',
  'IsolateComponents: CostFinalize',
  'CostFinalize: MigrateFeatureStates SetODBCFolders InstallValidate InstallSFPCatalogFile',
  'SetODBCFolders: InstallValidate',
  'FindRelatedProducts: MigrateFeatureStates RemoveExistingProducts',
  'CCPSearch: RMCCPSearch',
  'ValidateProductID: RegisterUser',
  'InstallValidate: RemoveExistingProducts InstallInitialize',
  `InstallInitialize: AllocateRegistrySpace ProcessComponents InstallFiles WriteRegistryValues SelfRegModules InstallExecute
  InstallExecuteAgain InstallFinalize MsiPublishAssemblies MsiUnpublishAssemblies UnregisterClassInfo UnregisterExtensionInfo
  UnregisterProgIdInfo UnregisterMIMEInfo ForceReboot`,
  'InstallExecute: InstallFinalize',
  'InstallExecuteAgain: InstallFinalize',
  'ForceReboot: InstallFinalize',
  `StopServices: DeleteServices InstallFiles RemoveFiles DuplicateFiles MoveFiles PatchFiles RemoveDuplicateFiles InstallServices
  MsiConfigureServices StartServices`,
  `DeleteServices: InstallFiles RemoveFiles DuplicateFiles MoveFiles PatchFiles RemoveDuplicateFiles InstallServices
  MsiConfigureServices StartServices`,
  ...words('InstallFiles RemoveFiles DuplicateFiles MoveFiles PatchFiles RemoveDuplicateFiles').map(
    (action) => `${action}: InstallServices MsiConfigureServices StartServices`,
  ),
  'InstallServices: MsiConfigureServices StartServices',
  'MsiConfigureServices: StartServices',
  'SelfUnregModules: SelfRegModules RemoveFiles',
  'UnregisterTypeLibraries: RemoveFiles',
  'UnregisterFonts: RemoveFiles',
  'UnregisterComPlus: RegisterComPlus',
  `RemoveRegistryValues: WriteRegistryValues UnregisterClassInfo UnregisterExtensionInfo UnregisterMIMEInfo UnregisterProgIdInfo`,
  'RemoveIniValues: WriteIniValues',
  'RemoveShortcuts: CreateShortcuts',
  'RemoveFiles: InstallFiles RemoveFolders',
  'RemoveDuplicateFiles: InstallFiles',
  'CreateFolders: InstallFiles',
  'MoveFiles: InstallFiles',
  'InstallSFPCatalogFile: InstallFiles',
  `InstallFiles: BindImage DuplicateFiles CreateShortcuts RegisterClassInfo RegisterExtensionInfo RegisterProgIdInfo RegisterMIMEInfo
  RegisterFonts RegisterTypeLibraries SelfRegModules RegisterComPlus InstallODBC`,
  'PatchFiles: DuplicateFiles',
  'PublishFeatures: PublishProduct',
];
/** "If any subset of these actions occur together in a sequence table, they must have the same relative sequence order as shown". */
const REGISTRATIONS = words(
  'UnregisterClassInfo UnregisterExtensionInfo UnregisterProgIdInfo UnregisterMIMEInfo RegisterClassInfo RegisterExtensionInfo RegisterProgIdInfo RegisterMIMEInfo',
);

/** First has to come before second, where both are there. */
export const ORDER: readonly (readonly [first: string, second: string])[] = [
  ...BEFORE.flatMap((line) => {
    const [first = '', after = ''] = line.split(':');
    return words(after).map((second) => [first, second] as const);
  }),
  ...REGISTRATIONS.flatMap((first, index) => REGISTRATIONS.slice(index + 1).map((second) => [first, second] as const)),
];

/** What ForceReboot may not part ("ForceReboot Action"). */
export const REBOOT_GROUP = words(
  'RegisterProduct RegisterUser PublishProduct PublishFeatures CreateShortcuts RegisterMIMEInfo RegisterExtensionInfo RegisterClassInfo RegisterProgIdInfo',
);
