# SPDX-License-Identifier: GPL-3.0-or-later
<#
.SYNOPSIS
Checks a release of Unbrick, makes a stick of it, and puts recovery keys on the stick.

.DESCRIPTION
Three things, each only where it is asked for, in this order:
  -Sums    compares the files beside SHA256SUMS with the hashes in it.
  -Drive   copies Unbrick to a stick with FAT32, after a question, and reads back what it wrote. With -Sums it copies what is in
           the release's zip, which has just been checked; without, the files that lie beside this script.
  -KeysCsv, -Computer   writes recovery keys to EFI\unbrick\keys.txt of that stick.
It formats nothing, deletes nothing, and never shows a recovery key. Whoever has the stick has the keys: keep it like them.

.PARAMETER Sums
The file SHA256SUMS of the release, in the folder that the downloads are in. That this list is the project's own is told by its
signature, SHA256SUMS.minisig: minisign -V -P <public key of the project> -m SHA256SUMS

.PARAMETER Drive
The stick's letter, as in E: - it has to have FAT32, and to be removable.

.PARAMETER KeysCsv
A file of columns, separated by comma or semicolon, with a first line that names them: KeyID (that of the recovery key,
as Windows' recovery screen shows it) and RecoveryPassword (the 48 digits, with dashes). Other columns are not read.

.PARAMETER Computer
Names of computers whose keys Active Directory has (msFVE-RecoveryInformation). Needs the right to read them.

.EXAMPLE
.\Stick.ps1 -Sums C:\Users\me\Downloads\SHA256SUMS -Drive E:

.EXAMPLE
.\Stick.ps1 -Drive E: -Computer PC0042,PC0043
#>
[CmdletBinding()]
param(
	[string] $Sums,
	[string] $Drive,
	[string] $KeysCsv,
	[string[]] $Computer
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

# The hash of a file, in small letters as the list has it.
function Get-Sha256([string] $Path) {
	return (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
}

# Compare the files beside the list with it; the path of the zip for sticks comes back.
function Test-Release([string] $List) {
	$folder = Split-Path -Parent (Resolve-Path -LiteralPath $List).ProviderPath
	$zip = $null
	$wrong = 0
	$right = 0
	foreach ($line in Get-Content -LiteralPath $List) {
		if ($line -notmatch '^([0-9a-f]{64})  ([A-Za-z0-9._~+-]+)$') {
			throw "${List}: not a list of SHA-256; download it again"
		}
		$sum = $Matches[1]
		$name = $Matches[2]
		$path = Join-Path $folder $name
		if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
			Write-Host "not here:  $name"
		} elseif ((Get-Sha256 $path) -ne $sum) {
			Write-Host "WRONG:     $name"
			$wrong = $wrong + 1
		} else {
			Write-Host "right:     $name"
			$right = $right + 1
			if ($name -like '*-stick.zip') {
				$zip = $path
			}
		}
	}
	if ($wrong -gt 0) {
		throw "${folder}: $wrong file(s) are not those of the release; download them again"
	}
	if ($right -eq 0) {
		throw "${folder}: none of the files in the list is here; put SHA256SUMS beside the downloads"
	}
	return $zip
}

# The letter of a stick that may be written to.
function Get-Stick([string] $Letter) {
	if ($Letter -notmatch '^([A-Za-z]):?\\?$') {
		throw "${Letter}: not a drive; give its letter, as in E:"
	}
	$letterOnly = $Matches[1].ToUpperInvariant()
	$volume = Get-Volume -DriveLetter $letterOnly
	if ("$($volume.DriveType)" -ne 'Removable') {
		throw "${letterOnly}: is not a removable medium; take a USB stick"
	}
	if ($volume.FileSystem -ne 'FAT32') {
		throw "${letterOnly}: has $($volume.FileSystem), not FAT32; format it so (Explorer: right click, Format)"
	}
	if (Test-Path -LiteralPath "${letterOnly}:\Windows") {
		throw "${letterOnly}: has a Windows on it; take another stick"
	}
	return $volume
}

# Copy a tree file by file, and read each back.
function Copy-Tree([string] $From, [string] $To) {
	$base = (Resolve-Path -LiteralPath $From).ProviderPath.TrimEnd('\')
	$count = 0
	foreach ($file in Get-ChildItem -LiteralPath $base -Recurse -File -Force) {
		$name = $file.FullName.Substring($base.Length + 1)
		$target = Join-Path $To $name
		$parent = Split-Path -Parent $target
		if (-not (Test-Path -LiteralPath $parent)) {
			$null = New-Item -ItemType Directory -Path $parent
		}
		Copy-Item -LiteralPath $file.FullName -Destination $target -Force
		if ((Get-Sha256 $target) -ne (Get-Sha256 $file.FullName)) {
			throw "${target}: the stick does not give back what was written; take another one"
		}
		$count = $count + 1
	}
	if (-not (Test-Path -LiteralPath (Join-Path $To 'EFI\BOOT\BOOTX64.EFI'))) {
		throw "${From}: has no EFI\BOOT\BOOTX64.EFI; unpack the whole zip and start Stick.ps1 there, or give -Sums"
	}
	Write-Host "copied and read back: $count files"
}

# Make the stick, after a question.
function Write-Stick($Volume, [string] $Zip) {
	$letter = $Volume.DriveLetter
	$megabytes = [math]::Round($Volume.Size / 1048576)
	Write-Host "Unbrick is copied to ${letter}: ($($Volume.FileSystemLabel), $megabytes MB). Other files on it stay."
	if ((Read-Host "Type the letter of the stick to go on") -ne "$letter") {
		throw 'not confirmed: nothing was copied'
	}
	if (-not $Zip) {
		Copy-Tree $PSScriptRoot "${letter}:\"
		return
	}
	$folder = Join-Path ([IO.Path]::GetTempPath()) ('unbrick-' + [guid]::NewGuid().ToString())
	try {
		Expand-Archive -LiteralPath $Zip -DestinationPath $folder
		Copy-Tree $folder "${letter}:\"
	} finally {
		if (Test-Path -LiteralPath $folder) {
			Remove-Item -LiteralPath $folder -Recurse -Force
		}
	}
}

# A line of keys.txt, or an error that has no digit of the key in it.
function ConvertTo-KeyLine([string] $Id, [string] $Password, [string] $From) {
	$id = $Id.Trim().Trim('{', '}').ToUpperInvariant()
	if ($id -notmatch '^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$' -and $id -notmatch '^[0-9A-F]{8}$') {
		throw "${From}: this is no ID of a recovery key; it has 8 digits, or 32 with dashes"
	}
	$password = $Password.Trim()
	if ($password -notmatch '^[0-9]{6}(-[0-9]{6}){7}$') {
		throw "${From}: the key with the ID $id has not eight groups of six digits"
	}
	foreach ($group in $password.Split('-')) {
		$number = [int] $group
		if ($number % 11 -ne 0 -or $number -ge 720896) {
			throw "${From}: a group of the key with the ID $id is mistyped"
		}
	}
	return "$id $password"
}

# Lines of keys.txt from a file of columns.
function Read-KeyFile([string] $Path) {
	$first = Get-Content -LiteralPath $Path -TotalCount 1
	$delimiter = ','
	if ("$first".Contains(';')) {
		$delimiter = ';'
	}
	$number = 1
	foreach ($row in Import-Csv -LiteralPath $Path -Delimiter $delimiter) {
		$number = $number + 1
		$names = @($row.PSObject.Properties | ForEach-Object { $_.Name })
		if ($names -notcontains 'KeyID' -or $names -notcontains 'RecoveryPassword') {
			throw "${Path}: its first line does not name the columns KeyID and RecoveryPassword"
		}
		ConvertTo-KeyLine $row.KeyID $row.RecoveryPassword "${Path}, line $number"
	}
}

# A name inside a filter of LDAP.
function ConvertTo-LdapText([string] $Text) {
	return $Text.Replace('\', '\5c').Replace('*', '\2a').Replace('(', '\28').Replace(')', '\29').Replace("$([char] 0)", '\00')
}

# Lines of keys.txt for a computer, from Active Directory.
function Read-Directory([string] $Name) {
	$search = New-Object System.DirectoryServices.DirectorySearcher
	$search.Filter = "(&(objectCategory=computer)(cn=$(ConvertTo-LdapText $Name)))"
	$found = $search.FindOne()
	if ($null -eq $found) {
		throw "${Name}: Active Directory knows no such computer"
	}
	$keys = New-Object System.DirectoryServices.DirectorySearcher
	$keys.SearchRoot = $found.GetDirectoryEntry()
	$keys.Filter = '(objectClass=msFVE-RecoveryInformation)'
	$keys.PageSize = 200
	$count = 0
	foreach ($entry in $keys.FindAll()) {
		if ($entry.Properties['msfve-recoverypassword'].Count -eq 0 -or $entry.Properties['msfve-recoveryguid'].Count -eq 0) {
			throw "${Name}: Active Directory has a recovery key that you may not read; ask who may"
		}
		$id = New-Object System.Guid (, [byte[]] $entry.Properties['msfve-recoveryguid'][0])
		ConvertTo-KeyLine $id.ToString() $entry.Properties['msfve-recoverypassword'][0] $Name
		$count = $count + 1
	}
	if ($count -eq 0) {
		throw "${Name}: Active Directory has no recovery key of it; is it in Entra ID, or in ConfigMgr?"
	}
}

# Add what is not there yet.
function Add-Keys($Volume, [string[]] $Lines) {
	$folder = "$($Volume.DriveLetter):\EFI\unbrick"
	if (-not (Test-Path -LiteralPath $folder)) {
		throw "${folder}: not there; is Unbrick on this stick?"
	}
	$file = Join-Path $folder 'keys.txt'
	$there = @()
	if (Test-Path -LiteralPath $file) {
		$there = @(Get-Content -LiteralPath $file)
	}
	$new = @($Lines | Where-Object { $there -notcontains $_ } | Select-Object -Unique)
	[IO.File]::WriteAllLines($file, [string[]] ($there + $new), [Text.Encoding]::ASCII)
	Write-Host "keys.txt: $($new.Count) new, $($there.Count) lines were there. Take care of this stick: it opens these machines."
}

if (-not ($Sums -or $Drive)) {
	Get-Help $PSCommandPath -Detailed
	exit 2
}
if (($KeysCsv -or $Computer) -and -not $Drive) {
	throw 'keys are written to a stick: give its letter with -Drive'
}
$zip = $null
if ($Sums) {
	$zip = Test-Release $Sums
	if ($Drive -and -not $zip) {
		throw "${Sums}: the zip for sticks does not lie beside it; download it, or leave -Sums out"
	}
}
if ($Drive) {
	$stick = Get-Stick $Drive
	# before a byte is written: keys that cannot be had stop it
	$lines = @()
	if ($KeysCsv) {
		$lines += @(Read-KeyFile $KeysCsv)
	}
	# started with -File several names come as one
	foreach ($name in @($Computer | ForEach-Object { "$_".Split(',') } | Where-Object { $_ })) {
		$lines += @(Read-Directory $name)
	}
	Write-Stick $stick $zip
	if ($lines.Count -gt 0) {
		Add-Keys $stick $lines
	}
}
