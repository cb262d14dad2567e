/** How a program gets onto a machine, for the programs that projects start most often. */
const HINTS: Readonly<Record<string, string>> = {
  node: 'Install Node.js from https://nodejs.org or with a version manager (nvm, fnm, volta).',
  npm: 'npm comes with Node.js: install it from https://nodejs.org.',
  npx: 'npx comes with Node.js: install it from https://nodejs.org.',
  yarn: 'Install Yarn with `corepack enable` or `npm install --global yarn`.',
  pnpm: 'Install pnpm with `corepack enable` or `npm install --global pnpm`.',
  bun: 'Install Bun from https://bun.sh.',
  deno: 'Install Deno from https://deno.com.',
  tsx: 'Install tsx in the project: `npm install --save-dev tsx`.',
  nodemon: 'Install nodemon in the project: `npm install --save-dev nodemon`.',
  vite: 'Install Vite in the project: `npm install --save-dev vite`, and run it as `npx vite`.',
  python: 'Install Python from https://www.python.org; many systems name it python3.',
  python3: 'Install Python 3 from https://www.python.org or with the package manager of the system.',
  pip: 'pip comes with Python: install it from https://www.python.org.',
  uv: 'Install uv from https://docs.astral.sh/uv.',
  uvicorn: 'Install uvicorn in the environment of the project: `pip install uvicorn`.',
  gunicorn: 'Install gunicorn in the environment of the project: `pip install gunicorn`.',
  flask: 'Install Flask in the environment of the project: `pip install flask`.',
  poetry: 'Install Poetry from https://python-poetry.org.',
  go: 'Install Go from https://go.dev/dl.',
  air: 'Install air with `go install github.com/air-verse/air@latest`.',
  java: 'Install a Java runtime, e.g. from https://adoptium.net.',
  javac: 'Install a Java development kit, e.g. from https://adoptium.net.',
  mvn: 'Install Maven from https://maven.apache.org, or use the wrapper of the project (`./mvnw`).',
  gradle: 'Install Gradle from https://gradle.org, or use the wrapper of the project (`./gradlew`).',
  kotlin: 'Install Kotlin from https://kotlinlang.org.',
  sbt: 'Install sbt from https://www.scala-sbt.org.',
  cargo: 'Install Rust from https://rustup.rs.',
  rustc: 'Install Rust from https://rustup.rs.',
  dotnet: 'Install .NET from https://dotnet.microsoft.com.',
  ruby: 'Install Ruby from https://www.ruby-lang.org or with a version manager (rbenv, asdf).',
  bundle: 'Install Bundler with `gem install bundler`.',
  rails: 'Install Rails with `gem install rails`, or run it as `bundle exec rails`.',
  php: 'Install PHP from https://www.php.net.',
  composer: 'Install Composer from https://getcomposer.org.',
  elixir: 'Install Elixir from https://elixir-lang.org.',
  mix: 'mix comes with Elixir: install it from https://elixir-lang.org.',
  docker: 'Install Docker from https://docs.docker.com/get-docker.',
  'docker-compose': 'Install Docker Compose from https://docs.docker.com/compose/install.',
  podman: 'Install Podman from https://podman.io.',
  buildah: 'Install Buildah from https://buildah.io.',
  kind: 'Install kind from https://kind.sigs.k8s.io.',
  minikube: 'Install minikube from https://minikube.sigs.k8s.io.',
  k3d: 'Install k3d from https://k3d.io.',
  kubectl: 'Install kubectl from https://kubernetes.io/docs/tasks/tools.',
  make: 'Install make with the build tools of the system (build-essential, Xcode command line tools).',
  gcc: 'Install gcc with the build tools of the system (build-essential, Xcode command line tools).',
  bash: 'Install bash with the package manager of the system.',
  curl: 'Install curl with the package manager of the system.',
  redis: 'Install Redis from https://redis.io.',
  'redis-server': 'Install Redis from https://redis.io.',
  postgres: 'Install PostgreSQL from https://www.postgresql.org.',
  psql: 'Install the PostgreSQL client from https://www.postgresql.org.',
  pg_isready: 'Install the PostgreSQL client from https://www.postgresql.org.',
  caddy: 'Install Caddy from https://caddyserver.com.',
  nginx: 'Install nginx with the package manager of the system.',
};

/** What to do when `program` is not there: how to install it when it is a known one, else where to look. */
export function installHint(program: string): string {
  const isPath = /[\\/]/.test(program);
  const name = program.replace(/^.*[\\/]/, '').replace(/\.(exe|cmd|bat|com)$/i, '');
  const hint = Object.hasOwn(HINTS, name) ? HINTS[name] : undefined;
  if (hint && !isPath) return hint;
  if (isPath) return `Check the path, or build the program first.`;
  return `Install ${program}, or add its folder to PATH.`;
}
