/** Counts public vectors by kind; `tests/interop/mod.rs` prints the same lines for Rust. */
export class Counts {
    private readonly kinds = new Map<string, { passed: number; readonly skipped: Map<string, number> }>();

    private of(kind: string): { passed: number; readonly skipped: Map<string, number> } {
        const found = this.kinds.get(kind) ?? { passed: 0, skipped: new Map<string, number>() };
        this.kinds.set(kind, found);
        return found;
    }

    pass(kind: string): void {
        this.of(kind).passed += 1;
    }

    skip(kind: string, why: string): void {
        const { skipped } = this.of(kind);
        skipped.set(why, (skipped.get(why) ?? 0) + 1);
    }

    get passed(): number {
        return [...this.kinds.values()].reduce((sum, { passed }) => sum + passed, 0);
    }

    /** One line a kind, and one for all. */
    print(source: string): void {
        let all = 0;
        for (const [kind, { passed, skipped }] of [...this.kinds].sort()) {
            const total = [...skipped.values()].reduce((sum, count) => sum + count, passed);
            all += total;
            const why = [...skipped].sort().map(([why, count]) => `; ${count} skipped: ${why}`).join("");
            console.log(`public vectors, ${source}, ${kind}, TypeScript: ${passed} of ${total} passed${why}`);
        }
        console.log(`public vectors, ${source}, all, TypeScript: ${this.passed} of ${all} passed`);
    }
}
