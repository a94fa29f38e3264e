namespace AuthServer.Pages;

internal static class PageStyle
{
    public const string Sheet = """
        :root {
          color-scheme: light dark;
          --back: #eef1f4; --card: #fdfdfe; --line: #d5dbe1; --edge: #6b7885; --text: #1c2733; --quiet: #52606d;
          --fault: #b3261e; --button: #1d5fa8; --label: #fdfdfe; --focus: #b45309;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #12181f; --card: #1c242d; --line: #3a4653; --edge: #8694a2; --text: #e6ebf0; --quiet: #aab5c0;
            --fault: #ffb4ab; --button: #85bbf2; --label: #0d1822; --focus: #fbbf24;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; padding: 1.5rem .75rem; background: var(--back); color: var(--text);
          font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; }
        header, footer { max-width: 28rem; margin: 0 auto 1rem; text-align: center; color: var(--quiet); overflow-wrap: anywhere; }
        header { font-weight: 600; }
        footer { margin: 1rem auto 0; font-size: .9rem; }
        main { max-width: 28rem; margin: 0 auto; padding: 1.75rem 1.5rem; background: var(--card);
          border: 1px solid var(--line); border-radius: .5rem; overflow-wrap: anywhere; }
        h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.3; font-weight: 600; }
        p { margin: 0 0 1rem; }
        label { display: block; margin-bottom: .375rem; font-weight: 600; }
        input { display: block; width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit;
          background: transparent; border: 1px solid var(--edge); border-radius: .375rem; }
        input[aria-invalid] { border-color: var(--fault); border-width: 2px; }
        .field { margin: 1.25rem 0; }
        .hint { margin: 0 0 .5rem; font-size: .9rem; color: var(--quiet); }
        .fault { margin: 0 0 .5rem; font-weight: 600; color: var(--fault); }
        button { width: 100%; min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer;
          color: var(--label); background: var(--button); border: 1px solid var(--button); border-radius: .375rem; }
        a.button { display: block; min-height: 2.75rem; padding: .5rem 1.25rem; font-weight: 600; text-align: center; text-decoration: none;
          color: var(--label); background: var(--button); border: 1px solid var(--button); border-radius: .375rem; }
        button.quiet { width: auto; min-height: 2rem; margin-top: .375rem; padding: .25rem .5rem; font-weight: 400; font-size: .9rem;
          color: var(--text); background: transparent; border-color: var(--line); }
        input[readonly] { min-height: 0; padding: 0; border: 0; color: var(--quiet); }
        [dir=rtl] input[readonly] { text-align: right; }
        details { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
        summary { min-height: 2rem; cursor: pointer; }
        details > p { margin-top: .75rem; color: var(--quiet); }
        :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
        """;
}
