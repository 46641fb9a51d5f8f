// Generates and compiles one client per language, with the default settings of its generator.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The command that runs a built driver. */
export type Driver = { command: string; arguments: string[]; env?: Record<string, string> };
export type Client = {
  name: string;
  /** The required programs. */
  needs: [command: string, ...arguments: string[]][];
  /** @param folder an empty folder */
  build(folder: string): Driver;
};
export type Versions = { openapiGenerator: string; heyApi: string };

const drivers = resolve('test/clients/drivers');
const bundle = resolve('generated/openapi.json');
const bundleForGenerators = resolve('generated/openapi.clients.json');
const java: [string, string] = ['java', '-version'];
const maven: [string, string] = ['mvn', '-v'];

export const clientsOf = ({ openapiGenerator, heyApi }: Versions): Client[] => [
  {
    name: `Python, openapi-generator ${openapiGenerator}`,
    needs: [java, maven, ['python3', '-c', 'import venv, ensurepip']],
    build(folder) {
      generate(openapiGenerator, 'python', folder);
      const python = join(folder, 'venv/bin/python');
      run(folder, 'python3', ['-m', 'venv', 'venv']);
      run(folder, python, ['-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt']);
      return { command: python, arguments: [join(drivers, 'main.py')], env: { PYTHONPATH: folder } };
    },
  },
  {
    name: `Go, openapi-generator ${openapiGenerator}`,
    needs: [java, maven, ['go', 'version']],
    build(folder) {
      generate(openapiGenerator, 'go', folder);
      mkdirSync(join(folder, 'driver'));
      copyFileSync(join(drivers, 'main.go'), join(folder, 'driver/main.go'));
      run(folder, 'go', ['vet', '-mod=mod', '.']);
      run(folder, 'go', ['build', '-mod=mod', '-o', 'program', './driver']);
      return { command: join(folder, 'program'), arguments: [] };
    },
  },
  {
    name: `Java, openapi-generator ${openapiGenerator}`,
    needs: [java, maven],
    build(folder) {
      generate(openapiGenerator, 'java', folder);
      copyFileSync(join(drivers, 'Main.java'), join(folder, 'src/main/java/Main.java'));
      run(folder, 'mvn', [
        ...['--quiet', '--batch-mode', 'compile', 'dependency:copy-dependencies'],
        '-DoutputDirectory=target/lib',
      ]);
      return {
        command: 'java',
        arguments: ['-cp', ['target/classes', 'target/lib/*'].map((one) => join(folder, one)).join(':'), 'Main'],
      };
    },
  },
  {
    name: 'TypeScript, openapi-typescript and openapi-fetch',
    needs: [],
    build(folder) {
      run(folder, resolve('node_modules/.bin/openapi-typescript'), [
        bundle,
        '--output',
        'schema.d.ts',
        '--default-non-nullable=false',
      ]);
      return compile(folder, 'fetch.ts');
    },
  },
  {
    name: `TypeScript, @hey-api/openapi-ts ${heyApi}`,
    needs: [],
    build(folder) {
      const packages = [`@hey-api/openapi-ts@${heyApi}`, 'typescript@5.9.3'].flatMap((one) => ['--package', one]);
      run(folder, 'npx', ['--yes', ...packages, '--', 'openapi-ts', '--input', bundle, '--output', 'client']);
      return compile(folder, 'heyapi.ts');
    },
  },
];

/** The required programs that are missing. */
export const missingOf = ({ needs }: Client): string[] =>
  needs.flatMap(([command, ...rest]) => (spawnSync(command, rest).status === 0 ? [] : [command]));

function generate(version: string, language: string, folder: string): void {
  const artifact = `org.openapitools:openapi-generator-cli:${version}`;
  const libraries = resolve(folder, '..');
  const jar = join(libraries, `openapi-generator-cli-${version}.jar`);
  if (!existsSync(jar))
    run(libraries, 'mvn', [
      ...['--quiet', '--batch-mode', 'dependency:copy'],
      ...[`-Dartifact=${artifact}`, `-DoutputDirectory=${libraries}`],
    ]);
  run(folder, 'java', ['-jar', jar, 'generate', '-i', bundleForGenerators, '-g', language, '-o', folder]);
}

/** Type-checks and compiles the driver and its client with the packages of this repository. */
function compile(folder: string, driver: string): Driver {
  for (const file of [driver, 'report.ts']) copyFileSync(join(drivers, file), join(folder, file));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const compilerOptions = {
    ...{ target: 'es2023', lib: ['es2023', 'dom', 'dom.iterable'], types: ['node'] },
    ...{ module: 'commonjs', moduleResolution: 'node10' }, // the generated files import each other without an extension
    ...{ strict: true, skipLibCheck: true, rootDir: '.', outDir: 'compiled' },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [driver] }));
  run(folder, resolve('node_modules/.bin/tsc'), ['--project', '.']);
  return { command: process.execPath, arguments: [join(folder, 'compiled', driver.replace('.ts', '.js'))] };
}

/** @throws Error with the output of the program */
function run(cwd: string, command: string, args: string[]): void {
  try {
    execFileSync(command, args, { cwd, stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${`${stdout}${stderr}`.slice(-3000)}`);
  }
}
