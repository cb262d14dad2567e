import type { FolderView } from './folderView.ts';
import type { Found } from './found.ts';

/** What makes a Maven project a program, with the goal that runs it. */
const mavenGoals: readonly (readonly [RegExp, string, string])[] = [
  [/<artifactId>\s*quarkus-maven-plugin\s*</, 'quarkus:dev', 'Quarkus'],
  [/<artifactId>\s*spring-boot-maven-plugin\s*</, 'spring-boot:run', 'Spring Boot'],
  [/<artifactId>\s*micronaut-maven-plugin\s*</, 'mn:run', 'Micronaut'],
  [/<artifactId>\s*exec-maven-plugin\s*</, 'compile exec:java', 'exec-maven-plugin'],
];

/** What makes a Gradle project a program, with the task that runs it. */
const gradleTasks: readonly (readonly [RegExp, string, string])[] = [
  [/\bio\.quarkus\b/, 'quarkusDev', 'Quarkus'],
  [/\borg\.springframework\.boot\b(?!.*apply false)/, 'bootRun', 'Spring Boot'],
  [/\bio\.micronaut\.application\b/, 'run', 'Micronaut'],
  [/\bio\.ktor\.plugin\b/, 'run', 'Ktor'],
  [
    /(\bid[\s(]*["']application["']|^\s*application\s*$|apply plugin:\s*["']application["'])/m,
    'run',
    'application plugin',
  ],
];

/** Maven and Gradle projects that are programs, and single Java files. */
export async function findJvmProjects(folder: FolderView): Promise<Found[]> {
  if (folder.files.has('pom.xml')) {
    const text = withoutXmlComments((await folder.read('pom.xml')) ?? '');
    if (/<packaging>\s*pom\s*</.test(text)) return [];
    const goal = mavenGoals.find(([pattern]) => pattern.test(text));
    if (!goal) return [];
    return [{ run: `${wrapper(folder, 'mvnw', 'mvn')} ${goal[1]}`, language: 'java', why: `pom.xml with ${goal[2]}` }];
  }
  const gradle = folder.first('build.gradle.kts', 'build.gradle');
  if (gradle) {
    const text = (await folder.read(gradle)) ?? '';
    const task = gradleTasks.find(([pattern]) => pattern.test(text));
    if (!task) return [];
    return [
      { run: `${wrapper(folder, 'gradlew', 'gradle')} ${task[1]}`, language: 'java', why: `${gradle} with ${task[2]}` },
    ];
  }
  const main = folder.first('Main.java', 'App.java', 'Server.java');
  if (!main || !/\bvoid\s+main\s*\(/.test((await folder.read(main)) ?? '')) return [];
  // A file in a package belongs to a project whose build file says how it runs.
  if (/^\s*package\s+[\w.]+\s*;/m.test((await folder.read(main)) ?? '')) return [];
  return [{ run: `java ${main}`, language: 'java', why: `${main} with a main method` }];
}

/** The wrapper script of the project, from here; else the program that has to be installed. */
function wrapper(folder: FolderView, script: string, program: string): string {
  const owner = [...folder.upward()].find((view) => view.files.has(script) || view.files.has(`${script}.bat`));
  if (!owner) return program;
  return `${folder.wayUpTo(owner) || './'}${script}`;
}

function withoutXmlComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, '');
}
