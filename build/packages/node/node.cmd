@echo off
rem A Node for services on machines without one: the app's own executable. It stands last on their PATH.
setlocal
set ELECTRON_RUN_AS_NODE=1
"%~dp0..\..\Micro Desktop.exe" %*
