# The server in /app, the migrations in /app/migrations; compose.yaml runs both. No shell tool of the image is needed.

FROM node:22-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The build takes the list of common passwords from npm.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src

# Packages first: this layer is made anew only when they change. Restoring Migrations restores the server, too.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY AuthServer/AuthServer.csproj AuthServer/CommonPasswords.targets AuthServer/
COPY Migrations/AuthServer.Migrations.csproj Migrations/
RUN dotnet restore Migrations \
 && dotnet restore AuthServer --use-current-runtime -p:PublishReadyToRun=true

COPY . .
# The server is compiled ahead of time, so that a new replica is of use sooner.
RUN dotnet publish Migrations -c Release --no-restore -p:UseAppHost=false -o /app/migrations \
 && dotnet publish AuthServer -c Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# Nobody attaches a debugger or a profiler. Counters and traces stay, by a socket in /tmp that only this user may open; with a
# read-only file system, mount a tmpfs there, as compose.yaml does.
ENV DOTNET_EnableDiagnostics_Debugger=0 \
    DOTNET_EnableDiagnostics_Profiler=0 \
    ASPNETCORE_HTTP_PORTS=8080
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["dotnet", "/app/AuthServer.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "/app/AuthServer.dll"]
