@echo off
rem `micro` of the packaged app: the app's own executable acts as Node, so that no other is needed on the machine.
setlocal
set ELECTRON_RUN_AS_NODE=1
"%~dp0..\..\Micro Desktop.exe" "%~dp0..\app.asar.unpacked\dist\node\cli.mjs" %*
