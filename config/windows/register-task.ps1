<#
.SYNOPSIS
Registers patchgap as a scheduled task that runs every night.

.DESCRIPTION
Run it in an elevated PowerShell, in the folder with patchgap.exe and patchgap.toml:

    .\register-task.ps1 -Account 'CONTOSO\svc-patchgap$'

To be told at the end, put the address of a webhook in a file there, and name it in patchgap.toml:

    notify_url_file = 'notify-url.txt'

The store and the reports are kept in the folder. Give the account the right to write there, and nobody
but it and administrators the right to read it: the reports say which machines lack which updates.

.PARAMETER Account
The account that the task runs as: a group managed service account (its name ends with $), or a user, whose
password is then asked for.

.PARAMETER Folder
The folder with patchgap.exe and patchgap.toml, in which the store, the reports and the log are kept, too.

.PARAMETER At
The time of day.

.PARAMETER Name
The name of the task.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Account,
    [string] $Folder = $PSScriptRoot,
    [string] $At = '22:00',
    [string] $Name = 'patchgap'
)
$ErrorActionPreference = 'Stop'

$Folder = (Resolve-Path -LiteralPath $Folder).ProviderPath
$program = Join-Path $Folder 'patchgap.exe'
$settings = Join-Path $Folder 'patchgap.toml'
foreach ($file in $program, $settings) {
    if (-not (Test-Path -LiteralPath $file -PathType Leaf)) {
        throw "There is no $file. Fill in patchgap.toml, and keep it beside patchgap.exe."
    }
}

$arguments = "report --config `"$Folder\patchgap.toml`" --state `"$Folder\patchgap.sqlite`" --out `"$Folder\reports\{date}`" --log-file `"$Folder\logs\patchgap.log`" --progress off -q"
$action = New-ScheduledTaskAction -Execute $program -Argument $arguments -WorkingDirectory $Folder
$trigger = New-ScheduledTaskTrigger -Daily -At $At
# A night that was missed is made up for.
$options = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew `
    -ExecutionTimeLimit (New-TimeSpan -Hours 23) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries

$task = @{
    TaskName = $Name
    Action = $action
    Trigger = $trigger
    Settings = $options
    Description = 'Missing updates of the fleet. The last run result is the exit code of patchgap.'
    Force = $true
}
if ($Account.EndsWith('$')) {
    $task.Principal = New-ScheduledTaskPrincipal -UserId $Account -LogonType Password
} else {
    $credential = Get-Credential -UserName $Account -Message "The password of $Account"
    $task.User = $Account
    $task.Password = $credential.GetNetworkCredential().Password
}
Register-ScheduledTask @task | Out-Null
Write-Output "Registered: $Name runs at $At as $Account."
