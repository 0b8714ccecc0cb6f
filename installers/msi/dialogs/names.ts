/** Names that more than one page uses. */
export const DIALOGS = {
  prepare: 'PrepareDialog',
  welcome: 'WelcomeDialog',
  licence: 'LicenceDialog',
  folder: 'FolderDialog',
  browse: 'BrowseDialog',
  features: 'FeaturesDialog',
  diskCost: 'DiskCostDialog',
  password: 'PasswordDialog',
  generated: 'GeneratedDialog',
  mismatch: 'MismatchDialog',
  notGenerated: 'NotGeneratedDialog',
  ready: 'ReadyDialog',
  readyToChange: 'ReadyToChangeDialog',
  waiting: 'WaitingDialog',
  outOfDisk: 'OutOfDiskDialog',
  progress: 'ProgressDialog',
  finish: 'FinishDialog',
  userExit: 'UserExitDialog',
  fatalError: 'FatalErrorDialog',
  maintenance: 'MaintenanceDialog',
  repair: 'RepairDialog',
  remove: 'RemoveDialog',
  resume: 'ResumeDialog',
  cancel: 'CancelDialog',
  error: 'ErrorMessageDialog',
  admin: 'AdminDialog',
  // Windows Installer looks for these two by name ("FilesInUse Dialog", "MsiRMFilesInUse Dialog").
  filesInUse: 'FilesInUse',
  applicationsInUse: 'MsiRMFilesInUse',
} as const;

export const PICTURES = { banner: 'BannerPicture', side: 'SidePicture', information: 'InformationIcon' } as const;
export const STYLES = { normal: 'Normal', title: 'Title', note: 'Note', heading: 'Heading' } as const;

/** Property that holds the name of the property the browse dialog changes. */
export const BROWSED = 'BrowseProperty';
/** What setup is doing, and what the product is then: two words that the pages have in their texts. */
export const DOING = 'SetupDoing';
export const DONE = 'SetupDone';
export const LICENCE_ACCEPTED = 'LicenceAccepted';
/** Both the check box's property and the action that starts the program. */
export const START_NOW = 'StartNow';
export const START_ACTION = 'StartDesktopProgram';
export const APPLICATIONS = 'ApplicationsInUse';
/** Custom action of the action library: fills the password in. */
export const GENERATE_ACTION = 'GeneratePassword';
export const REPEAT_ACTION = 'RepeatPassword';
