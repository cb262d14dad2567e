#!/bin/sh
# Runs after the deb or rpm is unpacked. Nothing here may fail the installation: the app runs without any of it.
# dpkg names a root other than / in DPKG_ROOT; links then hold what is true inside of it.
root=${DPKG_ROOT:-}
app='/opt/${sanitizedProductName}'
executable='${executable}'

mkdir -p "$root/usr/bin"
ln -sfn "$app/$executable" "$root/usr/bin/$executable" || true
# The text editor of that name owns /usr/bin/micro on some machines; it is left alone.
command=$root/usr/bin/micro
if [ -e "$command" ] || [ -L "$command" ] && [ "$(readlink "$command")" != "$app/resources/bin/micro" ]; then
  echo "There is another /usr/bin/micro; the command of this app is $app/resources/bin/micro"
else
  ln -sfn "$app/resources/bin/micro" "$command" || true
fi

# Chromium's sandbox needs user namespaces, or else a helper that runs as root.
if unshare --user true 2>/dev/null; then
  chmod 0755 "$root$app/chrome-sandbox" || true
else
  chmod 4755 "$root$app/chrome-sandbox" || true
fi
# What follows tells the running system, which another root is none of.
if [ -n "$root" ]; then exit 0; fi

# Ubuntu 24 and later forbid user namespaces to programs without a profile.
profile=/etc/apparmor.d/$executable
if apparmor_status --enabled >/dev/null 2>&1 &&
  apparmor_parser --skip-kernel-load "$app/resources/apparmor-profile" >/dev/null 2>&1; then
  cp -f "$app/resources/apparmor-profile" "$profile" || true
  if ! ischroot 2>/dev/null; then apparmor_parser --replace "$profile" || true; fi
fi

for refresh in 'update-mime-database /usr/share/mime' 'update-desktop-database /usr/share/applications' \
  'gtk-update-icon-cache -q -t -f /usr/share/icons/hicolor'; do
  if command -v "${refresh%% *}" >/dev/null 2>&1; then $refresh || true; fi
done
exit 0
