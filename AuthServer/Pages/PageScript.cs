using System.Text.Json;

namespace AuthServer.Pages;

/// <summary>Adds a button to every password field that shows what was typed. Without scripts there is none.</summary>
internal static class PageScript
{
    private const string Source = """
        for (const field of document.querySelectorAll('input[type=password]')) {
          const button = document.createElement('button');
          const show = isShown => {
            field.type = isShown ? 'text' : 'password';
            button.textContent = isShown ? words.hide : words.show;
            button.setAttribute('aria-pressed', isShown);
          };
          button.type = 'button';
          button.className = 'quiet';
          button.setAttribute('aria-controls', field.id);
          button.addEventListener('click', () => show(field.type === 'password'));
          field.form.addEventListener('submit', () => show(false));
          show(false);
          field.after(button);
        }
        """;

    /// <summary>The script with the labels of a language.</summary>
    public static string Of(string language)
    {
        var texts = PageTexts.In(language);
        var words = $"{{ show: '{JsonEncodedText.Encode(texts.ShowPassword)}', hide: '{JsonEncodedText.Encode(texts.HidePassword)}' }}";
        return $"const words = {words};\n{Source}";
    }
}
