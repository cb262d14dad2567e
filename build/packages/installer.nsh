; What the uninstaller of Windows takes back beside the app's own files: the folder of `micro` in the user's PATH, which the app
; puts there when the user wants the command. Not at an update, after which it is needed again.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    ; Handed over by a variable: a folder may have any sign in it that PowerShell would read.
    System::Call 'kernel32::SetEnvironmentVariable(t "MICRO_COMMAND_FOLDER", t "$INSTDIR\resources\bin")i.r0'
    ; The last part tells running programs that variables have changed.
    nsExec::Exec `powershell.exe -NoProfile -NonInteractive -Command "\
      $$k=[Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment',$$true); \
      $$p=[string]$$k.GetValue('Path','','DoNotExpandEnvironmentNames'); \
      $$n=($$p -split ';' | Where-Object { $$_.TrimEnd('\') -ne $$env:MICRO_COMMAND_FOLDER }) -join ';'; \
      if ($$n -ne $$p) { $$k.SetValue('Path',$$n,'ExpandString'); [Environment]::SetEnvironmentVariable('MICRO_PATH_CHANGED',$$null,'User') }"`
    Pop $0
  ${endIf}
!macroend
