#!/bin/sh
# Runs after the deb or rpm is removed, and takes back what afterInstall.sh made. Data of users is not touched.
# dpkg says what happens in words, rpm by the number of versions that stay; an update leaves everything in place.
case "${1:-}" in remove | purge | 0) ;; *) exit 0 ;; esac
root=${DPKG_ROOT:-}
app='/opt/${sanitizedProductName}'
executable='${executable}'

for link in "$root/usr/bin/$executable" "$root/usr/bin/micro"; do
  case "$(readlink "$link" 2>/dev/null)" in "$app"/*) rm -f "$link" ;; esac
done
if [ -n "$root" ]; then exit 0; fi

profile=/etc/apparmor.d/$executable
if [ -f "$profile" ]; then
  if apparmor_status --enabled >/dev/null 2>&1 && ! ischroot 2>/dev/null; then
    apparmor_parser --remove "$profile" || true
  fi
  rm -f "$profile"
fi

for refresh in 'update-mime-database /usr/share/mime' 'update-desktop-database /usr/share/applications'; do
  if command -v "${refresh%% *}" >/dev/null 2>&1; then $refresh || true; fi
done
exit 0
